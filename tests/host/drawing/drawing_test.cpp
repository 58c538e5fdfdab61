// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Values are where they belong, and text is what it was.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "host/drawing/frame.hpp"

namespace curb::drawing {
namespace {

bool has(const Svg& svg, const std::string& text) {
  return svg.str().find(text) != std::string::npos;
}

TEST(Scale, GoesFromValuesToPixels) {
  const Scale linear(0.0, 10.0, 100.0, 200.0);
  EXPECT_DOUBLE_EQ(linear(0.0), 100.0);
  EXPECT_DOUBLE_EQ(linear(2.5), 125.0);
  const Scale logarithmic(1.0, 100.0, 0.0, 10.0, true);
  EXPECT_NEAR(logarithmic(10.0), 5.0, 1e-12);
  EXPECT_EQ(Scale(3.0, 3.0, 10.0, 20.0, true)(3.0), 15.0);
}

TEST(Ticks, AreRoundNumbers) {
  EXPECT_EQ(round_ticks(0.0, 1.0, 5),
            (std::vector<double>{0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0}));
  EXPECT_EQ(logarithmic_ticks(1.5, 20.0), (std::vector<double>{2.0, 5.0, 10.0, 20.0}));
  EXPECT_EQ(tick_text(round_ticks(-0.1, 1.0, 5).front()), "0");
}

TEST(Svg, IsAWholeDocument) {
  const std::string bare = Svg(20.0, 10.5, "A & B < \"C\"").str();
  EXPECT_TRUE(bare.starts_with("<svg xmlns="));
  EXPECT_TRUE(bare.ends_with("</svg>\n"));
  EXPECT_NE(bare.find("<title>A &amp; B &lt; &quot;C&quot;</title>"), std::string::npos);
  EXPECT_EQ(bare.find("<style>"), std::string::npos);
  EXPECT_TRUE(has(Svg(20.0, 10.5, "", ".a { fill: red; }\n"),
                  "<style>\n.a { fill: red; }\n</style>\n"
                  "<rect width=\"20\" height=\"10.5\" fill=\"white\"/>"));
}

TEST(Frame, HasItsTicksAtTheirValues) {
  const Frame frame{.left = 60.0, .right = 110.0, .top = 20.0, .bottom = 120.0};
  Svg svg(200.0, 200.0, "");
  draw_rows(svg, frame, Scale(0.0, 10.0, frame.bottom, frame.top), {2.5});
  EXPECT_TRUE(has(svg, "<line x1=\"60.0\" y1=\"95.0\" x2=\"110.0\" y2=\"95.0\" class=\"grid\"/>"));
  EXPECT_TRUE(has(svg, "x=\"52.0\" y=\"99.0\" text-anchor=\"end\" class=\"label\">2.5</text>"));
  draw_column(svg, frame, 70.0, "x < 1");
  EXPECT_TRUE(has(svg, "<line x1=\"70.0\" y1=\"20.0\" x2=\"70.0\" y2=\"120.0\" class=\"grid\"/>"));
  EXPECT_TRUE(has(svg, ">x &lt; 1</text>"));
  name_axes(svg, frame, "across", "upwards");
  EXPECT_TRUE(has(svg, "x=\"85.0\" y=\"160.0\" text-anchor=\"middle\" class=\"label\">across<"));
  EXPECT_TRUE(has(svg, "translate(6.0,70.0) rotate(-90)"));
}

}  // namespace
}  // namespace curb::drawing
