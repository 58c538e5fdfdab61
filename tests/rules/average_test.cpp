// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The moving average against its sum, and where it stands still.
#include <gtest/gtest.h>

#include <cmath>
#include <curb/rules/average.hpp>
#include <limits>
#include <random>

#include "tests/rules/float_bits.hpp"

namespace curb::testing {
namespace {

TEST(MovingAverage, IsTheWeightedSumOfItsInputs) {
  std::mt19937_64 random(4);
  std::normal_distribution<float> normal;
  constexpr float kGain = 0.125f;
  float average = 1.0f;
  double expected = 1.0;
  for (int t = 0; t < 1000; ++t) {
    const float w = normal(random);
    average = rules::moving_average(average, w, kGain);
    expected = (1.0 - kGain) * expected + kGain * static_cast<double>(w);
    ASSERT_NEAR(average, expected, 2e-6);
  }
}

TEST(MovingAverage, StaysWhereItHasArrived) {
  for (const float w : {0.1f, -3.0f, 1e-30f, 0.0f}) {
    EXPECT_EQ(bits(rules::moving_average(w, w, 1e-3f)), bits(w));
  }
}

TEST(MovingAverage, OfGainOneIsTheWeightAndOfGainZeroTheAverage) {
  EXPECT_EQ(rules::moving_average(0.5f, 2.0f, 1.0f), 2.0f);
  EXPECT_EQ(rules::moving_average(0.5f, 2.0f, 0.0f), 0.5f);
}

TEST(MovingAverage, KeepsNan) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(rules::moving_average(kNan, 1.0f, 0.5f)));
  EXPECT_TRUE(std::isnan(rules::moving_average(1.0f, kNan, 0.5f)));
}

}  // namespace
}  // namespace curb::testing
