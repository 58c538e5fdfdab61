// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The roofline model (Williams, Waterman and Patterson 2009), with a weight updated as the unit of
// work: a step's intensity is then 1 / (bytes that it moves for a weight).
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "host/cli/bench/charts.hpp"
#include "host/cli/bench/svg.hpp"

namespace curb::cli::bench {
namespace {

constexpr double kWidth = 860.0;
constexpr double kHeight = 430.0;
constexpr double kLeft = 70.0;
constexpr double kRight = 830.0;
constexpr double kTop = 74.0;
constexpr double kBottom = 370.0;
constexpr int kColours = 6;  // of the page's series0 to series5

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
  double at = kLeft;
  int series = 0;
  for (const Roofline::Case& c : chart.cases) {
    svg.circle(at + 5.0, 16.0, 5.0, fmt::format("mark series{}", series++ % kColours));
    svg.text(at + 15.0, 20.0, c.name);
    at += 34.0 + 7.0 * static_cast<double>(c.name.size());
  }
  svg.circle(kLeft + 5.0, 42.0, 5.0, "key");
  svg.text(kLeft + 15.0, 46.0, "fused");
  svg.circle(kLeft + 79.0, 42.0, 5.0, "key hollow");
  svg.text(kLeft + 89.0, 46.0, "in separate passes");
  svg.diamond(kLeft + 236.0, 42.0, 5.5, "key hollow");
  svg.text(kLeft + 247.0, 46.0, "fused, weights that fit the caches");
}

}  // namespace

std::string draw(const Roofline& chart) {
  const Bounds bounds = bounds_of(chart);
  const Scale intensity(1.0 / bounds.most_bytes, 1.0 / bounds.least_bytes, kLeft, kRight, true);
  const auto x = [&](double bytes) { return intensity(1.0 / bytes); };
  const Scale y(bounds.slowest, bounds.fastest, kBottom, kTop, true);
  Svg svg(kWidth, kHeight, chart.title);

  for (const double bytes : {8.0, 10.0, 12.0, 16.0, 20.0, 24.0, 28.0, 32.0, 40.0, 48.0, 64.0}) {
    if (bytes < bounds.least_bytes || bytes > bounds.most_bytes) continue;
    svg.line(x(bytes), kTop, x(bytes), kBottom, "grid");
    svg.text(x(bytes), kBottom + 16.0, tick_text(bytes), Anchor::middle);
  }
  for (const double rate : logarithmic_ticks(1e-9 * bounds.slowest, 1e-9 * bounds.fastest)) {
    svg.line(kLeft, y(1e9 * rate), kRight, y(1e9 * rate), "grid");
    svg.text(kLeft - 8.0, y(1e9 * rate) + 4.0, tick_text(rate), Anchor::end);
  }
  svg.text(0.5 * (kLeft + kRight), kBottom + 40.0,
           "bytes moved for each weight (fewer to the right)", Anchor::middle);
  svg.vertical_text(16.0, 0.5 * (kTop + kBottom), "10^9 weights a second");
  draw_legend(svg, chart);

  // The roof, as far as it is within the frame.
  const double roof_from = std::min(bounds.most_bytes, chart.bytes_per_second / bounds.slowest);
  const double roof_to = std::max(bounds.least_bytes, chart.bytes_per_second / bounds.fastest);
  svg.line(x(roof_from), y(chart.bytes_per_second / roof_from), x(roof_to),
           y(chart.bytes_per_second / roof_to), "roof");
  svg.text(x(roof_to), y(chart.bytes_per_second / roof_to) - 12.0,
           fmt::format("roof: a plain loop, {:.0f} GB/s", 1e-9 * chart.bytes_per_second),
           Anchor::end);

  int series = 0;
  for (const Roofline::Case& c : chart.cases) {
    const std::string colour = fmt::format(" series{}", series++ % kColours);
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
