// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Means, deviations, intervals, and what overlaps.
#include "host/reproduce/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace curb::reproduce {
namespace {

Estimate of(const std::vector<double>& values) { return estimate(values); }

TEST(Statistics, OfThreeValues) {
  const Estimate estimate = of({1.0, 2.0, 6.0});
  EXPECT_DOUBLE_EQ(estimate.mean, 3.0);
  EXPECT_DOUBLE_EQ(estimate.deviation, std::sqrt(7.0));  // (4 + 1 + 9) / 2
  EXPECT_NEAR(estimate.half_width, 4.3027 * std::sqrt(7.0 / 3.0), 1e-12);
}

TEST(Statistics, OneValueSaysNothingOfTheOthers) {
  const Estimate estimate = of({5.0});
  EXPECT_EQ(estimate.mean, 5.0);
  EXPECT_TRUE(std::isnan(estimate.deviation));
  EXPECT_EQ(compare(estimate, of({1000.0, 1000.0})), Order::undecided);
  EXPECT_THROW(of({}), std::invalid_argument);
}

// From any table of Student's distribution.
TEST(Statistics, QuantilesAreThoseOfTheTables) {
  EXPECT_NEAR(student_quantile(1), 12.706, 1e-3);
  EXPECT_NEAR(student_quantile(4), 2.776, 1e-3);
  EXPECT_NEAR(student_quantile(30), 2.042, 1e-3);
  EXPECT_NEAR(student_quantile(31), 2.0395, 1e-4);
  EXPECT_NEAR(student_quantile(60), 2.0003, 1e-4);
  EXPECT_NEAR(student_quantile(1000), 1.9623, 1e-4);
  EXPECT_THROW(student_quantile(0), std::invalid_argument);
}

TEST(Statistics, IntervalsThatOverlapDecideNothing) {
  const Estimate low{.mean = 1.0, .deviation = 0.5, .half_width = 0.4};
  const Estimate high{.mean = 2.0, .deviation = 0.5, .half_width = 0.5};
  const Estimate wide{.mean = 2.0, .deviation = 0.5, .half_width = 0.7};
  EXPECT_EQ(compare(low, high), Order::below);
  EXPECT_EQ(compare(high, low), Order::above);
  EXPECT_EQ(compare(low, wide), Order::undecided);
  EXPECT_EQ(compare(wide, low), Order::undecided);
}

}  // namespace
}  // namespace curb::reproduce
