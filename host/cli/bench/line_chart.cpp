// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Curves over sizes.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "host/cli/bench/charts.hpp"
#include "host/cli/bench/series.hpp"
#include "host/drawing/frame.hpp"

namespace curb::cli::bench {
namespace {

constexpr double kWidth = 860.0;
constexpr double kHeight = 380.0;
constexpr drawing::Frame kFrame{.left = 70.0, .right = 830.0, .top = 40.0, .bottom = 325.0};

}  // namespace

std::string draw(const LineChart& chart) {
  double left = HUGE_VAL, right = 0.0, high = 0.0;
  for (const LineChart::Line& line : chart.lines) {
    for (const LineChart::Point& point : line.points) {
      left = std::min(left, point.x);
      right = std::max(right, point.x);
      high = std::max(high, point.y);
    }
  }
  const drawing::Scale x(left, right, kFrame.left, kFrame.right, true);
  const drawing::Scale y(0.0, 1.05 * high, kFrame.bottom, kFrame.top);
  drawing::Svg svg(kWidth, kHeight, chart.title);

  draw_rows(svg, kFrame, y, drawing::round_ticks(0.0, 1.05 * high, 6));
  const int first = static_cast<int>(std::ceil(std::log2(left)));
  const int last = static_cast<int>(std::floor(std::log2(right)));
  for (int exponent = first; exponent <= last; exponent += 2) {
    draw_column(svg, kFrame, x(std::exp2(exponent)), fmt::format("2^{}", exponent));
  }
  name_axes(svg, kFrame, chart.x_axis, chart.y_axis);

  std::vector<std::string> names;
  for (const LineChart::Line& line : chart.lines) {
    const std::string style = series_style(names.size());
    names.push_back(line.name);
    std::vector<std::pair<double, double>> points;
    for (const LineChart::Point& point : line.points) points.emplace_back(x(point.x), y(point.y));
    svg.path(points, "curve " + style);
    for (const LineChart::Point& point : line.points) {
      svg.circle(x(point.x), y(point.y), 3.5, (point.doubtful ? "mark hollow " : "mark ") + style);
    }
  }
  draw_series_names(svg, kFrame.left, names);
  return svg.str();
}

}  // namespace curb::cli::bench
