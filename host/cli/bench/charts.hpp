// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The charts of the page, as SVG.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/cli/bench/results.hpp"

namespace curb::cli::bench {

/// Medians with their quartiles, one below the other.
struct DotChart {
  struct Dot {
    std::string label;
    Spread value;
    std::optional<double> predicted;
  };
  std::string title;
  std::string axis;
  std::string prediction;  ///< what `predicted` is; empty: nothing is predicted
  double reference = 1.0;  ///< where a line stands
  std::vector<Dot> dots;
};
std::string draw(const DotChart& chart);

/// Curves over sizes that are powers of two. Needs at least one point.
struct LineChart {
  struct Point {
    double x;
    double y;
    bool doubtful = false;  ///< drawn hollow
  };
  struct Line {
    std::string name;
    std::vector<Point> points;
  };
  std::string title;
  std::string x_axis;
  std::string y_axis;
  std::vector<Line> lines;
};
std::string draw(const LineChart& chart);

/// Weights per second by the bytes that a step moves for each: under the roof of the memory's
/// speed, a step that moves less gets further. Needs at least one case.
struct Roofline {
  struct Step {
    double bytes_per_weight = 0.0;
    double weights_per_second = 0.0;
  };
  struct Case {
    std::string name;
    Step fused;
    std::vector<Step> rivals;
    /// The same step of weights that fit the caches: how fast it could be but for the memory.
    std::optional<double> cached_weights_per_second;
  };
  std::string title;
  double bytes_per_second = 0.0;  ///< of a plain loop
  std::vector<Case> cases;
};
std::string draw(const Roofline& chart);

}  // namespace curb::cli::bench
