// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What joins the data gradient: scale, coupled decay, the sign form of L1.
#include <gtest/gtest.h>

#include <cmath>
#include <curb/rules/gradient.hpp>
#include <limits>

#include "tests/rules/float_bits.hpp"

namespace curb::testing {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kDenormal = std::numeric_limits<float>::denorm_min();

TEST(Sign, IsZeroForZeroOfEitherSign) {
  EXPECT_EQ(bits(rules::sign(0.0f)), bits(0.0f));
  EXPECT_EQ(bits(rules::sign(-0.0f)), bits(0.0f));
}

TEST(Sign, IsOneOrMinusOneElsewhere) {
  for (const float w : {kDenormal, 1e-20f, 0.5f, 3e38f, rules::kInfinity}) {
    EXPECT_EQ(rules::sign(w), 1.0f);
    EXPECT_EQ(rules::sign(-w), -1.0f);
  }
}

TEST(Sign, OfNanIsZero) { EXPECT_EQ(rules::sign(kNan), 0.0f); }

TEST(GradientWithDecay, AddsL2TimesTheWeight) {
  EXPECT_EQ(rules::gradient_with_decay(0.5f, 2.0f, 1.0f, 0.25f), 1.0f);
  EXPECT_EQ(rules::gradient_with_decay(0.5f, -2.0f, 4.0f, 0.25f), 1.5f);
}

// The scale is of the data gradient alone: a loss scale must not rescale the penalty.
TEST(GradientWithDecay, ScalesTheDataGradientOnly) {
  EXPECT_EQ(rules::gradient_with_decay(8.0f, 3.0f, 0.125f, 1.0f), 4.0f);
}

TEST(GradientWithL1Sign, AddsTheSubgradient) {
  EXPECT_EQ(rules::gradient_with_l1_sign(0.5f, 2.0f, 0.25f), 0.75f);
  EXPECT_EQ(rules::gradient_with_l1_sign(0.5f, -2.0f, 0.25f), 0.25f);
  EXPECT_EQ(rules::gradient_with_l1_sign(0.5f, -0.0f, 0.25f), 0.5f);
}

TEST(RegularisedGradient, IsTheDataGradientWhenEverythingIsOff) {
  const rules::Coefficients off;
  for (const float g : {0.0f, 1e-40f, -0.3f, 3e38f, rules::kInfinity}) {
    EXPECT_EQ(bits(rules::regularised_gradient(off, g, 0.7f)), bits(g));
  }
}

TEST(RegularisedGradient, AddsEveryTerm) {
  rules::Coefficients c;
  c.gradient_scale = 0.5f;
  c.l2_coupled = 0.25f;
  c.l1_sign = 0.125f;
  EXPECT_EQ(rules::regularised_gradient(c, 3.0f, -2.0f), 1.5f - 0.5f - 0.125f);
}

TEST(RegularisedGradient, KeepsNan) {
  const rules::Coefficients off;
  EXPECT_TRUE(std::isnan(rules::regularised_gradient(off, kNan, 1.0f)));
  EXPECT_TRUE(std::isnan(rules::regularised_gradient(off, 1.0f, kNan)));
}

}  // namespace
}  // namespace curb::testing
