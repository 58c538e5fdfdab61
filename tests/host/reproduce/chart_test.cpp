// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Curves are where their values are.
#include "host/reproduce/chart.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>
#include <string>

namespace curb::reproduce {
namespace {

const double kNoBar = std::numeric_limits<double>::infinity();

/// Two points: at x = 1 and x = 100, where the axis ends.
Chart chart(double first, double last, double half_width = kNoBar) {
  return {.title = "A & B < C",
          .x_label = "inputs",
          .y_label = "error",
          .curves = {{"L1", {{1.0, first, kNoBar}, {100.0, last, half_width}}}}};
}

TEST(ToSvg, PutsPointsWhereTheirValuesAre) {
  const std::string svg = to_svg(chart(0.0, 10.0));
  EXPECT_NE(svg.find("points=\"72.0,364.0 620.0,44.0 \""), std::string::npos) << svg;
  Chart three = chart(0.0, 10.0);
  three.curves[0].points.insert(three.curves[0].points.begin() + 1, {10.0, 5.0, kNoBar});
  EXPECT_NE(to_svg(three).find("points=\"72.0,364.0 346.0,204.0 620.0,44.0 \""), std::string::npos);
}

TEST(ToSvg, LeavesRoomForBars) {
  const std::string svg = to_svg(chart(0.0, 8.0, 2.0));  // the axis ends at 10
  EXPECT_NE(svg.find("<line x1=\"620.0\" y1=\"172.0\" x2=\"620.0\" y2=\"44.0\""), std::string::npos)
      << svg;
}

TEST(ToSvg, IsWholeAndEscapesText) {
  const std::string svg = to_svg(chart(1.0, 2.0));
  EXPECT_TRUE(svg.starts_with("<svg xmlns="));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_NE(svg.find(">A &amp; B &lt; C</text>"), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
}

TEST(ToSvg, RefusesWhatItCannotDraw) {
  EXPECT_THROW(to_svg({}), std::invalid_argument);
  Chart zero = chart(1.0, 1.0);
  zero.curves[0].points[0].x = 0.0;
  EXPECT_THROW(to_svg(zero), std::invalid_argument);
  Chart many = chart(1.0, 1.0);
  many.curves.resize(5, many.curves[0]);
  EXPECT_THROW(to_svg(many), std::invalid_argument);
}

}  // namespace
}  // namespace curb::reproduce
