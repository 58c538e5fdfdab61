// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/drawing/svg.hpp"

#include <fmt/core.h>

namespace curb::drawing {
namespace {

const char* name_of(Anchor anchor) {
  switch (anchor) {
    case Anchor::start:
      return "start";
    case Anchor::middle:
      return "middle";
    case Anchor::end:
      break;
  }
  return "end";
}

}  // namespace

std::string escape(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

Svg::Svg(double width, double height, const std::string& title, const std::string& style)
    : body_(fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:g} {1:g}\" "
                        "width=\"{0:g}\" height=\"{1:g}\" role=\"img\">\n<title>{2}</title>\n",
                        width, height, escape(title))) {
  if (style.empty()) return;
  body_ +=
      fmt::format("<style>\n{}</style>\n<rect width=\"{:g}\" height=\"{:g}\" fill=\"white\"/>\n",
                  style, width, height);
}

void Svg::line(double x1, double y1, double x2, double y2, const std::string& style) {
  body_ +=
      fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>\n",
                  x1, y1, x2, y2, style);
}

void Svg::path(const std::vector<std::pair<double, double>>& points, const std::string& style) {
  std::string coordinates;
  for (const auto& [x, y] : points) coordinates += fmt::format("{:.1f},{:.1f} ", x, y);
  body_ += fmt::format("<polyline points=\"{}\" class=\"{}\"/>\n", coordinates, style);
}

void Svg::circle(double x, double y, double radius, const std::string& style) {
  body_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:g}\" class=\"{}\"/>\n", x, y,
                       radius, style);
}

void Svg::diamond(double x, double y, double radius, const std::string& style) {
  body_ += fmt::format(
      "<polygon points=\"{:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f}\" "
      "class=\"{}\"/>\n",
      x, y - radius, x + radius, y, x, y + radius, x - radius, y, style);
}

void Svg::text(double x, double y, const std::string& text, Anchor anchor,
               const std::string& style) {
  body_ +=
      fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" class=\"{}\">{}</text>\n", x,
                  y, name_of(anchor), style, escape(text));
}

void Svg::vertical_text(double x, double y, const std::string& text) {
  body_ += fmt::format(
      "<text transform=\"translate({:.1f},{:.1f}) rotate(-90)\" text-anchor=\"middle\" "
      "class=\"label\">{}</text>\n",
      x, y, escape(text));
}

}  // namespace curb::drawing
