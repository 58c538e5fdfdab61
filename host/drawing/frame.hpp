// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What stands around the values of a chart: the lines of its ticks, the numbers beside them, and
// what the axes are. Its classes are grid and label.
#pragma once

#include <string>
#include <vector>

#include "host/drawing/scale.hpp"
#include "host/drawing/svg.hpp"

namespace curb::drawing {

/// The part of a drawing that values are in, in pixels.
struct Frame {
  double left;
  double right;
  double top;
  double bottom;
};

/// A line across the frame for each tick of the vertical axis, whose value it is written with.
void draw_rows(Svg& svg, const Frame& frame, const Scale& y, const std::vector<double>& ticks);

/// A line at `x` (pixels) from the frame's top to its bottom, and `text` below it.
void draw_column(Svg& svg, const Frame& frame, double x, const std::string& text);

/// Below the frame, and beside it along the vertical axis.
void name_axes(Svg& svg, const Frame& frame, const std::string& x, const std::string& y);

}  // namespace curb::drawing
