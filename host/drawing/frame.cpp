// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/drawing/frame.hpp"

namespace curb::drawing {

void draw_rows(Svg& svg, const Frame& frame, const Scale& y, const std::vector<double>& ticks) {
  for (const double tick : ticks) {
    svg.line(frame.left, y(tick), frame.right, y(tick), "grid");
    svg.text(frame.left - 8.0, y(tick) + 4.0, tick_text(tick), Anchor::end);
  }
}

void draw_column(Svg& svg, const Frame& frame, double x, const std::string& text) {
  svg.line(x, frame.top, x, frame.bottom, "grid");
  svg.text(x, frame.bottom + 16.0, text, Anchor::middle);
}

void name_axes(Svg& svg, const Frame& frame, const std::string& x, const std::string& y) {
  svg.text(0.5 * (frame.left + frame.right), frame.bottom + 40.0, x, Anchor::middle);
  svg.vertical_text(frame.left - 54.0, 0.5 * (frame.top + frame.bottom), y);
}

}  // namespace curb::drawing
