// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The arithmetic that the rules are written in.
#include <gtest/gtest.h>

#include <cmath>
#include <curb/rules/numeric.hpp>
#include <limits>
#include <random>

#include "tests/rules/float_bits.hpp"

namespace curb::testing {
namespace {

using Float = std::numeric_limits<float>;

TEST(RoundDown, KeepsFloats) {
  for (const float f : {0.0f, 1.0f, 0.1f, 1e-38f, Float::denorm_min(), Float::min(), 3e38f}) {
    EXPECT_EQ(bits(rules::round_down(f)), bits(f));
  }
}

TEST(RoundDown, IsTheLargestFloatNotAbove) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(-155.0, 127.0);
  for (int i = 0; i < 100'000; ++i) {
    const double a = std::exp2(exponent(random));
    const float down = rules::round_down(a);
    ASSERT_LE(static_cast<double>(down), a);
    ASSERT_GT(static_cast<double>(std::nextafter(down, Float::infinity())), a);
  }
}

// Just above a float the nearest is that float; just below, the nearest is too high.
TEST(RoundDown, HoldsBesideEveryPowerOfTwo) {
  for (int e = -149; e < 128; ++e) {
    const double a = std::ldexp(1.0, e);
    const auto f = static_cast<float>(a);
    EXPECT_EQ(bits(rules::round_down(std::nextafter(a, 1e300))), bits(f)) << e;
    EXPECT_EQ(bits(rules::round_down(std::nextafter(a, 0.0))), bits(std::nextafter(f, 0.0f))) << e;
  }
}

TEST(IsFinite, RefusesNanAndInfinity) {
  using Double = std::numeric_limits<double>;
  for (const double a : {0.0, -0.0, 1.0, Double::max(), -Double::max(), Double::denorm_min()}) {
    EXPECT_TRUE(rules::is_finite(a));
  }
  for (const double a : {Double::infinity(), -Double::infinity(), Double::quiet_NaN()}) {
    EXPECT_FALSE(rules::is_finite(a));
  }
}

// (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24 needs 25 bits: rounded by itself it loses its last one, which a
// fused multiply-add keeps.
TEST(Arithmetic, RoundsOncePerCall) {
  const float a = 1.0f + 0x1p-12f;
  const float minus_rounded = -(1.0f + 0x1p-11f);
  EXPECT_EQ(rules::fma(a, a, minus_rounded), 0x1p-24f);
  EXPECT_EQ(rules::add(rules::mul(a, a), minus_rounded), 0.0f);
  const double b = 1.0 + 0x1p-27;
  const double minus_rounded_b = -(1.0 + 0x1p-26);
  EXPECT_EQ(rules::fma(b, b, minus_rounded_b), 0x1p-54);
  EXPECT_EQ(rules::add(rules::mul(b, b), minus_rounded_b), 0.0);
}

TEST(Arithmetic, DividesAndTakesRootsToNearest) {
  std::mt19937_64 random(2);
  std::uniform_real_distribution<float> uniform(0.5f, 2.0f);
  for (int i = 0; i < 10'000; ++i) {
    const float a = uniform(random);
    const float b = uniform(random);
    // A double quotient or root of floats rounds to the same float as the exact one.
    ASSERT_EQ(rules::div(a, b), static_cast<float>(static_cast<double>(a) / b));
    ASSERT_EQ(rules::square_root(a), static_cast<float>(std::sqrt(static_cast<double>(a))));
  }
}

}  // namespace
}  // namespace curb::testing
