// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The element-wise proximal maps: values, the bits of their zeros, and what becomes of NaN.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <curb/rules/soft_threshold.hpp>
#include <limits>
#include <random>
#include <vector>

#include "tests/reference/reference.hpp"
#include "tests/rules/float_bits.hpp"

namespace curb::testing {
namespace {

using Float = std::numeric_limits<float>;
constexpr float kNan = Float::quiet_NaN();
constexpr float kInfinity = Float::infinity();
constexpr std::array kThresholds = {0.0f, Float::denorm_min(), 1e-6f, 0.3f, 1e30f, kInfinity};

TEST(SoftThreshold, ShrinksByTheThreshold) {
  EXPECT_EQ(rules::soft_threshold(1.0f, 0.25f), 0.75f);
  EXPECT_EQ(rules::soft_threshold(-1.0f, 0.25f), -0.75f);
}

TEST(SoftThreshold, IsTheReferenceRoundedOnce) {
  std::mt19937_64 random(6);
  std::normal_distribution<float> normal;
  for (int i = 0; i < 100'000; ++i) {
    const float v = normal(random);
    const float t = std::abs(normal(random));
    const double exact = soft_threshold(static_cast<double>(v), static_cast<double>(t));
    ASSERT_NEAR(rules::soft_threshold(v, t), exact, std::abs(exact) * 0x1p-24) << v << " by " << t;
  }
}

// A zero has one bit pattern, whichever side it was reached from.
TEST(SoftThreshold, LeavesPlusZeroWithinTheThreshold) {
  for (const float t : kThresholds) {
    for (const float v : {0.0f, t, t / 2.0f, Float::denorm_min(), 1.0f}) {
      if (!(v <= t) || std::isinf(v)) continue;
      EXPECT_EQ(bits(rules::soft_threshold(v, t)), 0U) << v << " by " << t;
      EXPECT_EQ(bits(rules::soft_threshold(-v, t)), 0U) << -v << " by " << t;
    }
  }
}

TEST(SoftThreshold, JustBeyondTheThresholdIsNotZero) {
  for (const float t : {1e-6f, 0.3f, 1.0f}) {
    EXPECT_GT(rules::soft_threshold(std::nextafter(t, kInfinity), t), 0.0f);
    EXPECT_LT(rules::soft_threshold(-std::nextafter(t, kInfinity), t), 0.0f);
  }
}

TEST(SoftThreshold, ByZeroChangesNoBitOfANonZero) {
  for (const float v : {Float::denorm_min(), 1e-38f, 0.1f, 3e38f, kInfinity}) {
    EXPECT_EQ(bits(rules::soft_threshold(v, 0.0f)), bits(v));
    EXPECT_EQ(bits(rules::soft_threshold(-v, 0.0f)), bits(-v));
  }
}

// Otherwise divergence would look like sparsity.
TEST(SoftThreshold, KeepsNan) {
  for (const float t : kThresholds) EXPECT_TRUE(std::isnan(rules::soft_threshold(kNan, t))) << t;
}

TEST(SoftThreshold, KeepsInfinityAtEveryFiniteThreshold) {
  for (const float t : {0.0f, 0.3f, Float::max()}) {
    EXPECT_EQ(rules::soft_threshold(kInfinity, t), kInfinity);
    EXPECT_EQ(rules::soft_threshold(-kInfinity, t), -kInfinity);
  }
}

// An infinite threshold takes everything finite to zero; infinity less infinity is no number.
TEST(SoftThreshold, AtInfinity) {
  EXPECT_EQ(bits(rules::soft_threshold(Float::max(), kInfinity)), 0U);
  EXPECT_EQ(bits(rules::soft_threshold(-Float::max(), kInfinity)), 0U);
  EXPECT_TRUE(std::isnan(rules::soft_threshold(kInfinity, kInfinity)));
}

TEST(Masked, IsPlusZeroWhateverTheValueWas) {
  for (const float v : {1.0f, -1.0f, -0.0f, kInfinity, -kInfinity, kNan}) {
    EXPECT_EQ(bits(rules::masked(v, false)), 0U);
    EXPECT_EQ(bits(rules::masked(v, true)), bits(v));
  }
}

TEST(AtLeast, ProjectsOnTheNonNegative) {
  EXPECT_EQ(bits(rules::at_least(-1.0f, 0.0f)), 0U);
  EXPECT_EQ(bits(rules::at_least(-Float::denorm_min(), 0.0f)), 0U);
  EXPECT_EQ(bits(rules::at_least(-kInfinity, 0.0f)), 0U);
  EXPECT_EQ(bits(rules::at_least(-0.0f, 0.0f)), 0U);
  for (const float v : {0.0f, Float::denorm_min(), 2.5f, kInfinity}) {
    EXPECT_EQ(bits(rules::at_least(v, 0.0f)), bits(v));
  }
  EXPECT_TRUE(std::isnan(rules::at_least(kNan, 0.0f)));
}

TEST(AtLeast, WithoutABoundChangesNoBit) {
  for (const float v : {-kInfinity, -Float::max(), -0.0f, 0.0f, 1.0f, kInfinity, kNan}) {
    EXPECT_EQ(bits(rules::at_least(v, -kInfinity)), bits(v));
  }
}

TEST(CumulativeL1, ChargesWhatIsOwedAndStopsAtZero) {
  float received = 0.0f;
  EXPECT_EQ(rules::cumulative_l1(1.0f, 0.25f, received), 0.75f);
  EXPECT_EQ(received, -0.25f);
  EXPECT_EQ(rules::cumulative_l1(0.75f, 0.5f, received), 0.5f);  // owes the second quarter only
  EXPECT_EQ(received, -0.5f);
  EXPECT_EQ(bits(rules::cumulative_l1(0.125f, 0.75f, received)), 0U);  // 0.25 owed, 0.125 there
  EXPECT_EQ(received, -0.625f);
}

TEST(CumulativeL1, TreatsBothSignsAlike) {
  float received = 0.0f;
  float mirrored = 0.0f;
  float total = 0.0f;
  for (const float v : {1.0f, 0.5f, 0.2f, -0.3f, 0.1f, 0.7f}) {
    total += 0.125f;
    EXPECT_EQ(rules::cumulative_l1(v, total, received), -rules::cumulative_l1(-v, total, mirrored));
    EXPECT_EQ(received, -mirrored);
  }
}

TEST(CumulativeL1, LeavesZeroAndNanAsTheyAre) {
  float received = 0.0f;
  EXPECT_EQ(bits(rules::cumulative_l1(0.0f, 5.0f, received)), 0U);
  EXPECT_EQ(received, 0.0f);
  EXPECT_TRUE(std::isnan(rules::cumulative_l1(kNan, 5.0f, received)));
}

// Tsuruoka et al. 2009, eq. 6 to 8, in double, along a noisy descent of 50 weights.
TEST(CumulativeL1, FollowsTheReferenceAlongARun) {
  constexpr std::size_t kWeights = 50;
  constexpr double kRate = 0.0625;
  constexpr double kL1 = 0.25;
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal;
  std::vector<double> start(kWeights);
  for (double& w : start) w = static_cast<double>(static_cast<float>(normal(random)));
  State reference(start);
  std::vector<float> weights(start.begin(), start.end());
  std::vector<float> received(kWeights, 0.0f);
  Hyper hyper;
  hyper.learning_rate = kRate;
  hyper.l1 = kL1;
  Modes modes;
  modes.l1 = L1Mode::cumulative;
  std::ptrdiff_t zeros = 0;
  for (int t = 1; t <= 200; ++t) {
    std::vector<double> gradient(kWeights);
    for (double& g : gradient) g = static_cast<double>(static_cast<float>(normal(random)));
    step(hyper, modes, ungrouped(kWeights), gradient, reference);
    for (std::size_t i = 0; i < kWeights; ++i) {
      const float z = weights[i] - static_cast<float>(kRate * gradient[i]);
      weights[i] = rules::cumulative_l1(z, static_cast<float>(kRate * kL1 * t), received[i]);
      ASSERT_NEAR(weights[i], reference.w[i], 2e-5) << "weight " << i << ", step " << t;
    }
    zeros += std::count(reference.w.begin(), reference.w.end(), 0.0);
  }
  EXPECT_GE(zeros, 100);  // the run must reach the clipped branch, and often
}

}  // namespace
}  // namespace curb::testing
