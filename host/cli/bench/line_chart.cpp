// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Curves over sizes.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "host/cli/bench/charts.hpp"
#include "host/cli/bench/svg.hpp"

namespace curb::cli::bench {
namespace {

constexpr double kWidth = 860.0;
constexpr double kHeight = 380.0;
constexpr double kLeft = 70.0;
constexpr double kRight = 830.0;
constexpr double kTop = 40.0;
constexpr double kBottom = 325.0;
constexpr int kColours = 6;  // of the page's series0 to series5

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
  if (left == right) left = 0.5 * right;
  const Scale x(left, right, kLeft, kRight, true);
  const Scale y(0.0, 1.05 * high, kBottom, kTop);
  Svg svg(kWidth, kHeight, chart.title);

  for (const double tick : round_ticks(0.0, 1.05 * high, 6)) {
    svg.line(kLeft, y(tick), kRight, y(tick), "grid");
    svg.text(kLeft - 8.0, y(tick) + 4.0, tick_text(tick), Anchor::end);
  }
  const int first = static_cast<int>(std::ceil(std::log2(left)));
  const int last = static_cast<int>(std::floor(std::log2(right)));
  for (int exponent = first; exponent <= last; exponent += 2) {
    const double at = x(std::exp2(exponent));
    svg.line(at, kTop, at, kBottom, "grid");
    svg.text(at, kBottom + 16.0, fmt::format("2^{}", exponent), Anchor::middle);
  }
  svg.text(0.5 * (kLeft + kRight), kBottom + 40.0, chart.x_axis, Anchor::middle);
  svg.vertical_text(16.0, 0.5 * (kTop + kBottom), chart.y_axis);

  int series = 0;
  double legend = kLeft;
  for (const LineChart::Line& line : chart.lines) {
    const std::string style = fmt::format("series{}", series++ % kColours);
    std::vector<std::pair<double, double>> points;
    for (const LineChart::Point& point : line.points) points.emplace_back(x(point.x), y(point.y));
    svg.path(points, "curve " + style);
    for (const LineChart::Point& point : line.points) {
      svg.circle(x(point.x), y(point.y), 3.5, (point.doubtful ? "mark hollow " : "mark ") + style);
    }
    svg.circle(legend + 5.0, 16.0, 4.5, "mark " + style);
    svg.text(legend + 15.0, 20.0, line.name);
    legend += 34.0 + 7.0 * static_cast<double>(line.name.size());
  }
  return svg.str();
}

}  // namespace curb::cli::bench
