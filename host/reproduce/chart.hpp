// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Curves over a logarithmic axis, as an SVG that needs nothing beside it.
#pragma once

#include <string>
#include <vector>

namespace curb::reproduce {

struct CurvePoint {
  double x = 1.0;  ///< > 0
  double y = 0.0;
  double half_width = 0.0;  ///< of the bar about y; not finite: none
};

struct Curve {
  std::string name;
  std::vector<CurvePoint> points;  ///< from left to right
};

struct Chart {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<Curve> curves;  ///< up to four, each with a colour and a mark of its own
};

/// The y axis begins at 0. Throws std::invalid_argument for a chart without points, too many curves
/// and an x that is not positive.
std::string to_svg(const Chart& chart);

}  // namespace curb::reproduce
