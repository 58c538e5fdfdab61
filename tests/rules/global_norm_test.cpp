// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What the gradient as a whole decides of a step.
#include <gtest/gtest.h>

#include <cmath>
#include <curb/rules/global_norm.hpp>
#include <limits>

namespace curb::testing {
namespace {

using rules::GradientLimits;
using rules::GradientVerdict;
using rules::judge_gradient;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(JudgeGradient, ClipsALongerGradientAndNoOther) {
  const GradientLimits limits{5.0f, false};
  EXPECT_EQ(judge_gradient(limits, 100.0, 1.0f, 0.0f).factor, 0.5);
  EXPECT_EQ(judge_gradient(limits, 100.0, 1.0f, 0.0f).norm, 10.0);
  EXPECT_EQ(judge_gradient(limits, 25.0, 1.0f, 0.0f).factor, 1.0);
  EXPECT_EQ(judge_gradient(limits, 0.0, 1.0f, 0.0f).factor, 1.0);
  EXPECT_EQ(judge_gradient({}, 1e300, 1.0f, 0.0f).factor, 1.0);
}

TEST(JudgeGradient, ClipsWhatIsUnscaled) {
  const GradientLimits limits{5.0f, false};
  const GradientVerdict kept = judge_gradient(limits, 1024.0 * 1024.0 * 16.0, 1024.0f, 0.0f);
  EXPECT_EQ(kept.norm, 4.0);
  EXPECT_EQ(kept.factor, 1.0 / 1024.0);
  const GradientVerdict clipped = judge_gradient(limits, 1024.0 * 1024.0 * 100.0, 1024.0f, 0.0f);
  EXPECT_EQ(clipped.norm, 10.0);
  EXPECT_EQ(clipped.factor, 0.5 / 1024.0);
}

TEST(JudgeGradient, SkipsAStepOnlyWhenAsked) {
  for (const double bad : {kNan, HUGE_VAL}) {
    EXPECT_TRUE(judge_gradient({5.0f, true}, bad, 1.0f, 0.0f).skip);
    EXPECT_FALSE(judge_gradient({5.0f, false}, bad, 1.0f, 0.0f).skip);
    EXPECT_EQ(judge_gradient({5.0f, false}, bad, 1.0f, 0.0f).factor, 1.0);
  }
  EXPECT_FALSE(judge_gradient({5.0f, true}, 1e300, 1.0f, 0.0f).skip);
}

TEST(JudgeGradient, SkipsWhatTheCallerFoundToBeInfinite) {
  for (const float found : {1.0f, -2.0f, std::numeric_limits<float>::quiet_NaN()}) {
    EXPECT_TRUE(judge_gradient({}, 1.0, 1.0f, found).skip);
  }
  EXPECT_FALSE(judge_gradient({}, 1.0, 1.0f, -0.0f).skip);
}

// The squares of 2^63 of the largest floats are far from the end of a double.
TEST(JudgeGradient, TakesNoFiniteGradientForAnInfiniteOne) {
  const double largest = std::numeric_limits<float>::max();
  EXPECT_FALSE(judge_gradient({5.0f, true}, largest * largest * 0x1p63, 1.0f, 0.0f).skip);
}

TEST(GradientFactor, MultipliesTheGradientAlone) {
  rules::Coefficients c;
  c.gradient_scale = 0.5f;
  c.l2_coupled = 3.0f;
  c.l1 = 2.0f;
  const rules::Coefficients clipped = rules::with_gradient_factor(c, 0.25);
  EXPECT_EQ(clipped.gradient_scale, 0.125f);
  EXPECT_EQ(clipped.l2_coupled, 3.0f);
  EXPECT_EQ(clipped.l1, 2.0f);
}

}  // namespace
}  // namespace curb::testing
