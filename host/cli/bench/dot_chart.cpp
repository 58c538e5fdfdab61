// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Medians with their quartiles.
#include <algorithm>

#include "host/cli/bench/charts.hpp"
#include "host/drawing/frame.hpp"

namespace curb::cli::bench {
namespace {

using drawing::Anchor;

constexpr double kWidth = 860.0;
constexpr double kLeft = 330.0;
constexpr double kRight = 830.0;
constexpr double kLegend = 34.0;  // its height, where there is one
constexpr double kRow = 24.0;

}  // namespace

std::string draw(const DotChart& chart) {
  double low = chart.reference;
  double high = chart.reference;
  for (const DotChart::Dot& dot : chart.dots) {
    low = std::min({low, dot.value.low, dot.predicted.value_or(low)});
    high = std::max({high, dot.value.high, dot.predicted.value_or(high)});
  }
  const double top = chart.prediction.empty() ? 6.0 : kLegend;
  const double margin = std::max(0.08 * (high - low), 0.02);
  low -= margin;
  high += margin;
  const drawing::Scale x(low, high, kLeft, kRight);
  const double bottom = top + kRow * static_cast<double>(chart.dots.size());
  const drawing::Frame frame{.left = kLeft, .right = kRight, .top = top, .bottom = bottom};
  drawing::Svg svg(kWidth, bottom + 48.0, chart.title);

  for (const double tick : drawing::round_ticks(low, high, 8)) {
    draw_column(svg, frame, x(tick), drawing::tick_text(tick));
  }
  svg.line(x(chart.reference), top, x(chart.reference), bottom, "reference");
  svg.text(0.5 * (kLeft + kRight), bottom + 38.0, chart.axis, Anchor::middle);
  if (!chart.prediction.empty()) {
    svg.circle(kLeft + 6.0, 14.0, 4.5, "dot");
    svg.text(kLeft + 18.0, 18.0, "measured, with quartiles");
    svg.diamond(kLeft + 206.0, 14.0, 5.0, "predicted");
    svg.text(kLeft + 218.0, 18.0, chart.prediction);
  }

  double y = top + 0.5 * kRow;
  for (const DotChart::Dot& dot : chart.dots) {
    svg.text(kLeft - 12.0, y + 4.0, dot.label, Anchor::end);
    svg.line(x(dot.value.low), y, x(dot.value.high), y, "whisker");
    if (dot.predicted) svg.diamond(x(*dot.predicted), y, 5.0, "predicted");
    svg.circle(x(dot.value.median), y, 4.5, dot.value.noisy() ? "doubtful" : "dot");
    y += kRow;
  }
  return svg.str();
}

}  // namespace curb::cli::bench
