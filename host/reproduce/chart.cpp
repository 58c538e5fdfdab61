// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/reproduce/chart.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace curb::reproduce {
namespace {

constexpr double kWidth = 640.0;
constexpr double kHeight = 420.0;
constexpr double kLeft = 64.0;
constexpr double kRight = 620.0;
constexpr double kTop = 44.0;
constexpr double kBottom = 364.0;

/// Okabe and Ito's, which people who see colours differently can tell apart; the dashes tell them
/// apart in print.
struct Look {
  const char* colour;
  const char* dashes;
};
constexpr Look kLooks[] = {
    {"#0072b2", "none"}, {"#d55e00", "8 4"}, {"#009e73", "2 3"}, {"#cc79a7", "8 3 2 3"}};

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else {
      result += c;
    }
  }
  return result;
}

std::string label(double x, double y, const char* anchor, const std::string& text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     escaped(text));
}

std::string line(double x1, double y1, double x2, double y2, const char* colour) {
  return fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"/>\n", x1, y1, x2,
      y2, colour);
}

/// From values to places on the page.
class Axes {
 public:
  explicit Axes(const Chart& chart) {
    for (const Curve& curve : chart.curves) {
      for (const CurvePoint& point : curve.points) {
        if (!(point.x > 0.0)) throw std::invalid_argument("to_svg: x must be positive");
        const double bar = std::isfinite(point.half_width) ? point.half_width : 0.0;
        least_x_ = std::min(least_x_, point.x);
        most_x_ = std::max(most_x_, point.x);
        most_y_ = std::max(most_y_, point.y + bar);
      }
    }
    if (!(least_x_ <= most_x_)) throw std::invalid_argument("to_svg: the chart has no points");
    if (most_y_ <= 0.0) most_y_ = 1.0;
    step_ = std::pow(10.0, std::floor(std::log10(most_y_)));
    while (most_y_ / step_ < 4.0) step_ /= 2.0;
    most_y_ = step_ * std::ceil(most_y_ / step_);
  }

  double x(double value) const {
    if (least_x_ == most_x_) return (kLeft + kRight) / 2.0;
    return kLeft + (kRight - kLeft) * std::log(value / least_x_) / std::log(most_x_ / least_x_);
  }
  double y(double value) const { return kBottom - (kBottom - kTop) * value / most_y_; }

  std::string draw(const Chart& chart) const {
    std::string svg;
    for (double value = 0.0; value <= most_y_ + step_ / 2.0; value += step_) {
      svg += line(kLeft, y(value), kRight, y(value), "#dddddd") +
             label(kLeft - 8.0, y(value) + 4.0, "end", fmt::format("{:g}", value));
    }
    for (const CurvePoint& point : chart.curves.front().points) {
      svg += line(x(point.x), kBottom, x(point.x), kBottom + 5.0, "#444444") +
             label(x(point.x), kBottom + 20.0, "middle", fmt::format("{:g}", point.x));
    }
    return svg + line(kLeft, kBottom, kRight, kBottom, "#444444");
  }

 private:
  double least_x_ = std::numeric_limits<double>::infinity();
  double most_x_ = 0.0;
  double most_y_ = 0.0;
  double step_ = 1.0;
};

std::string draw(const Curve& curve, const Look& look, const Axes& axes) {
  std::string svg;
  std::string path;
  for (const CurvePoint& point : curve.points) {
    const double x = axes.x(point.x);
    path += fmt::format("{:.1f},{:.1f} ", x, axes.y(point.y));
    if (std::isfinite(point.half_width)) {
      svg += line(x, axes.y(point.y - point.half_width), x, axes.y(point.y + point.half_width),
                  look.colour);
    }
    svg += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"{}\"/>\n", x,
                       axes.y(point.y), look.colour);
  }
  return svg + fmt::format(
                   "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" "
                   "stroke-dasharray=\"{}\"/>\n",
                   path, look.colour, look.dashes);
}

/// In the upper left corner, where curves that grow leave room.
std::string legend(const std::string& name, std::size_t place, const Look& look) {
  const double y = kTop + 14.0 + 18.0 * static_cast<double>(place);
  return fmt::format(
             "<line x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{2:.1f}\" y2=\"{1:.1f}\" stroke=\"{3}\" "
             "stroke-width=\"2\" stroke-dasharray=\"{4}\"/>\n",
             kLeft + 12.0, y, kLeft + 44.0, look.colour, look.dashes) +
         label(kLeft + 52.0, y + 4.0, "start", name);
}

}  // namespace

std::string to_svg(const Chart& chart) {
  if (chart.curves.size() > std::size(kLooks))
    throw std::invalid_argument("to_svg: too many curves");
  const Axes axes(chart);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:g}\" height=\"{1:g}\" "
      "viewBox=\"0 0 {0:g} {1:g}\" font-family=\"sans-serif\" font-size=\"13\">\n"
      "<rect width=\"{0:g}\" height=\"{1:g}\" fill=\"white\"/>\n",
      kWidth, kHeight);
  svg += label(kWidth / 2.0, 24.0, "middle", chart.title) + axes.draw(chart) +
         label((kLeft + kRight) / 2.0, kHeight - 12.0, "middle", chart.x_label) +
         fmt::format(
             "<text transform=\"translate(18 {:.1f}) rotate(-90)\" text-anchor=\"middle\">{}"
             "</text>\n",
             (kTop + kBottom) / 2.0, escaped(chart.y_label));
  for (std::size_t i = 0; i < chart.curves.size(); ++i) {
    svg += draw(chart.curves[i], kLooks[i], axes) + legend(chart.curves[i].name, i, kLooks[i]);
  }
  return svg + "</svg>\n";
}

}  // namespace curb::reproduce
