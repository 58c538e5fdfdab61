// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/cli/bench/svg.hpp"

#include <fmt/core.h>

#include <cmath>

#include "host/cli/bench/text.hpp"

namespace curb::cli::bench {
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

/// Steps of 1, 2 and 5 forgive rounding errors of this size.
constexpr double kSlack = 1e-9;

}  // namespace

Svg::Svg(double width, double height, const std::string& title)
    : body_(fmt::format("<svg viewBox=\"0 0 {0:g} {1:g}\" width=\"{0:g}\" height=\"{1:g}\" "
                        "role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">\n<title>{2}</title>\n",
                        width, height, escape(title))) {}

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

Scale::Scale(double low, double high, double from, double to, bool logarithmic)
    : low_(logarithmic ? std::log(low) : low),
      high_(logarithmic ? std::log(high) : high),
      from_(from),
      to_(to),
      logarithmic_(logarithmic) {}

double Scale::operator()(double value) const {
  const double place = ((logarithmic_ ? std::log(value) : value) - low_) / (high_ - low_);
  return from_ + place * (to_ - from_);
}

std::vector<double> round_ticks(double low, double high, int wanted) {
  const double rough = (high - low) / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10.0 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (rough > factor * power * (1.0 + kSlack)) continue;
    step = factor * power;
    break;
  }
  std::vector<double> ticks;
  const double first = std::ceil(low / step - kSlack);
  for (double i = first; i * step <= high + kSlack * step; ++i) {
    ticks.push_back(i * step + 0.0);  // never -0
  }
  return ticks;
}

std::vector<double> logarithmic_ticks(double low, double high) {
  std::vector<double> ticks;
  for (double power = std::pow(10.0, std::floor(std::log10(low))); power <= high; power *= 10.0) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double tick = factor * power;
      if (tick >= low * (1.0 - kSlack) && tick <= high * (1.0 + kSlack)) ticks.push_back(tick);
    }
  }
  return ticks;
}

std::string tick_text(double value) { return fmt::format("{:.4g}", value); }

}  // namespace curb::cli::bench
