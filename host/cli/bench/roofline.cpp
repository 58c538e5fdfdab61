// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The roofline model (Williams, Waterman and Patterson 2009), with a weight updated as the unit of
// work: a step's intensity is then 1 / (bytes that it moves for a weight).
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "host/cli/bench/charts.hpp"
#include "host/cli/bench/series.hpp"
#include "host/drawing/frame.hpp"

namespace curb::cli::bench {
namespace {

using drawing::Anchor;
using drawing::Scale;
using drawing::Svg;

constexpr double kWidth = 860.0;
constexpr double kHeight = 430.0;
constexpr drawing::Frame kFrame{.left = 70.0, .right = 830.0, .top = 74.0, .bottom = 370.0};

struct Bounds {
  double least_bytes = HUGE_VAL;
  double most_bytes = 0.0;
  double slowest = HUGE_VAL;
  double fastest = 0.0;

  void include(double bytes, double rate) {
    least_bytes = std::min(least_bytes, bytes);
    most_bytes = std::max(most_bytes, bytes);
    slowest = std::min(slowest, rate);
    fastest = std::max(fastest, rate);
  }
};

Bounds bounds_of(const Roofline& chart) {
  Bounds bounds;
  for (const Roofline::Case& c : chart.cases) {
    bounds.include(c.fused.bytes_per_weight, c.fused.weights_per_second);
    bounds.include(c.fused.bytes_per_weight, chart.bytes_per_second / c.fused.bytes_per_weight);
    if (c.cached_weights_per_second) {
      bounds.include(c.fused.bytes_per_weight, *c.cached_weights_per_second);
    }
    for (const Roofline::Step& rival : c.rivals) {
      bounds.include(rival.bytes_per_weight, rival.weights_per_second);
    }
  }
  bounds.include(0.85 * bounds.least_bytes, 0.8 * bounds.slowest);
  bounds.include(1.15 * bounds.most_bytes, 1.25 * bounds.fastest);
  return bounds;
}

void draw_legend(Svg& svg, const Roofline& chart) {
  std::vector<std::string> names;
  for (const Roofline::Case& c : chart.cases) names.push_back(c.name);
  draw_series_names(svg, kFrame.left, names);
  svg.circle(kFrame.left + 5.0, 42.0, 5.0, "key");
  svg.text(kFrame.left + 15.0, 46.0, "fused");
  svg.circle(kFrame.left + 79.0, 42.0, 5.0, "key hollow");
  svg.text(kFrame.left + 89.0, 46.0, "in separate passes");
  svg.diamond(kFrame.left + 236.0, 42.0, 5.5, "key hollow");
  svg.text(kFrame.left + 247.0, 46.0, "fused, weights that fit the caches");
}

}  // namespace

std::string draw(const Roofline& chart) {
  const Bounds bounds = bounds_of(chart);
  const Scale intensity(1.0 / bounds.most_bytes, 1.0 / bounds.least_bytes, kFrame.left,
                        kFrame.right, true);
  const auto x = [&](double bytes) { return intensity(1.0 / bytes); };
  const Scale giga(1e-9 * bounds.slowest, 1e-9 * bounds.fastest, kFrame.bottom, kFrame.top, true);
  const auto y = [&](double rate) { return giga(1e-9 * rate); };
  Svg svg(kWidth, kHeight, chart.title);

  for (const double bytes : {8.0, 10.0, 12.0, 16.0, 20.0, 24.0, 28.0, 32.0, 40.0, 48.0, 64.0}) {
    if (bytes < bounds.least_bytes || bytes > bounds.most_bytes) continue;
    draw_column(svg, kFrame, x(bytes), drawing::tick_text(bytes));
  }
  draw_rows(svg, kFrame, giga,
            drawing::logarithmic_ticks(1e-9 * bounds.slowest, 1e-9 * bounds.fastest));
  name_axes(svg, kFrame, "bytes moved for each weight (fewer to the right)",
            "10^9 weights a second");
  draw_legend(svg, chart);

  // The roof, as far as it is within the frame.
  const double roof_from = std::min(bounds.most_bytes, chart.bytes_per_second / bounds.slowest);
  const double roof_to = std::max(bounds.least_bytes, chart.bytes_per_second / bounds.fastest);
  svg.line(x(roof_from), y(chart.bytes_per_second / roof_from), x(roof_to),
           y(chart.bytes_per_second / roof_to), "roof");
  svg.text(x(roof_to), y(chart.bytes_per_second / roof_to) - 12.0,
           fmt::format("roof: a plain loop, {:.0f} GB/s", 1e-9 * chart.bytes_per_second),
           Anchor::end);

  std::size_t series = 0;
  for (const Roofline::Case& c : chart.cases) {
    const std::string colour = " " + series_style(series++);
    const double fused_x = x(c.fused.bytes_per_weight);
    const double fused_y = y(c.fused.weights_per_second);
    for (const Roofline::Step& rival : c.rivals) {
      const double rival_x = x(rival.bytes_per_weight);
      const double rival_y = y(rival.weights_per_second);
      svg.line(rival_x, rival_y, fused_x, fused_y, "gain" + colour);
      svg.circle(rival_x, rival_y, 5.0, "mark hollow" + colour);
    }
    if (c.cached_weights_per_second) {
      svg.diamond(fused_x, y(*c.cached_weights_per_second), 5.5, "mark hollow" + colour);
    }
    svg.circle(fused_x, fused_y, 5.5, "mark" + colour);
  }
  return svg.str();
}

}  // namespace curb::cli::bench
