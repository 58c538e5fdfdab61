// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/reproduce/chart.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "host/drawing/frame.hpp"

namespace curb::reproduce {
namespace {

using drawing::Anchor;
using drawing::Scale;
using drawing::Svg;

constexpr double kWidth = 640.0;
constexpr double kHeight = 420.0;
constexpr drawing::Frame kFrame{.left = 72.0, .right = 620.0, .top = 44.0, .bottom = 364.0};

/// The colours are Okabe and Ito's, which people who see colours differently can tell apart; the
/// dashes tell curves apart in print.
constexpr std::size_t kMostCurves = 4;
constexpr const char* kStyle = R"(text { font: 13px sans-serif; }
.grid { stroke: #ddd; }
.curve { fill: none; stroke-width: 2; }
.curve0 { stroke: #0072b2; }
.curve1 { stroke: #d55e00; stroke-dasharray: 8 4; }
.curve2 { stroke: #009e73; stroke-dasharray: 2 3; }
.curve3 { stroke: #cc79a7; stroke-dasharray: 8 3 2 3; }
.mark0 { fill: #0072b2; stroke: #0072b2; }
.mark1 { fill: #d55e00; stroke: #d55e00; }
.mark2 { fill: #009e73; stroke: #009e73; }
.mark3 { fill: #cc79a7; stroke: #cc79a7; }
)";

/// What the values span.
struct Bounds {
  double least_x = std::numeric_limits<double>::infinity();
  double most_x = 0.0;
  double most_y = 0.0;
};

Bounds bounds_of(const Chart& chart) {
  Bounds bounds;
  for (const Curve& curve : chart.curves) {
    for (const CurvePoint& point : curve.points) {
      if (!(point.x > 0.0)) throw std::invalid_argument("to_svg: x must be positive");
      const double bar = std::isfinite(point.half_width) ? point.half_width : 0.0;
      bounds.least_x = std::min(bounds.least_x, point.x);
      bounds.most_x = std::max(bounds.most_x, point.x);
      bounds.most_y = std::max(bounds.most_y, point.y + bar);
    }
  }
  if (!(bounds.least_x <= bounds.most_x)) {
    throw std::invalid_argument("to_svg: the chart has no points");
  }
  if (bounds.most_y <= 0.0) bounds.most_y = 1.0;
  return bounds;
}

/// From 0 to the first tick that is no less than `most`.
std::vector<double> ticks_up_to(double most) {
  std::vector<double> ticks = drawing::round_ticks(0.0, most, 5);
  const double step = ticks[1];
  if (ticks.back() < most) ticks.push_back(ticks.back() + step);
  return ticks;
}

void draw(Svg& svg, const Curve& curve, std::size_t index, const Scale& x, const Scale& y) {
  const std::string mark = fmt::format("mark{}", index);
  const std::string line = fmt::format("curve curve{}", index);
  std::vector<std::pair<double, double>> path;
  for (const CurvePoint& point : curve.points) {
    path.emplace_back(x(point.x), y(point.y));
    if (std::isfinite(point.half_width)) {
      svg.line(x(point.x), y(point.y - point.half_width), x(point.x), y(point.y + point.half_width),
               mark);
    }
    svg.circle(x(point.x), y(point.y), 3.0, mark);
  }
  svg.path(path, line);

  // Its name, in the upper left corner, where curves that grow leave room.
  const double height = kFrame.top + 14.0 + 18.0 * static_cast<double>(index);
  svg.line(kFrame.left + 12.0, height, kFrame.left + 44.0, height, line);
  svg.text(kFrame.left + 52.0, height + 4.0, curve.name);
}

}  // namespace

std::string to_svg(const Chart& chart) {
  if (chart.curves.size() > kMostCurves) throw std::invalid_argument("to_svg: too many curves");
  const Bounds bounds = bounds_of(chart);
  const std::vector<double> ticks = ticks_up_to(bounds.most_y);
  const Scale x(bounds.least_x, bounds.most_x, kFrame.left, kFrame.right, true);
  const Scale y(0.0, ticks.back(), kFrame.bottom, kFrame.top);
  Svg svg(kWidth, kHeight, chart.title, kStyle);
  svg.text(kWidth / 2.0, 24.0, chart.title, Anchor::middle);
  draw_rows(svg, kFrame, y, ticks);
  for (const CurvePoint& point : chart.curves.front().points) {
    draw_column(svg, kFrame, x(point.x), drawing::tick_text(point.x));
  }
  name_axes(svg, kFrame, chart.x_label, chart.y_label);
  for (std::size_t i = 0; i < chart.curves.size(); ++i) draw(svg, chart.curves[i], i, x, y);
  return svg.str();
}

}  // namespace curb::reproduce
