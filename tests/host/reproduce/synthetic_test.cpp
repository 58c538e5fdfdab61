// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Rows drawn by counters: the same whatever is drawn beside them, normal, and labelled as stated.
#include "host/reproduce/synthetic.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace curb::reproduce {
namespace {

TEST(Synthetic, RowsStayWhenInputsAndRowsAreAdded) {
  const data::Dataset few =
      draw_rows({.relevant = 2, .irrelevant = 3, .strength = 4.0}, 50, 9, Part::train);
  const data::Dataset many =
      draw_rows({.relevant = 2, .irrelevant = 70, .strength = 4.0}, 80, 9, Part::train);
  ASSERT_EQ(few.rows, 50u);
  ASSERT_EQ(few.columns, 5u);
  EXPECT_EQ(few.schema.feature_names.size(), 5u);
  ASSERT_EQ(many.features.size(), 80u * 72u);
  for (std::size_t row = 0; row < few.rows; ++row) {
    EXPECT_EQ(few.targets[row], many.targets[row]);
    for (std::size_t column = 0; column < few.columns; ++column) {
      EXPECT_EQ(few.features[row * 5 + column], many.features[row * 72 + column]);
    }
  }
}

TEST(Synthetic, PartsAndSeedsHaveRowsOfTheirOwn) {
  const SyntheticProblem problem{.relevant = 1, .irrelevant = 4, .strength = 1.0};
  const data::Dataset train = draw_rows(problem, 20, 9, Part::train);
  EXPECT_EQ(train.features, draw_rows(problem, 20, 9, Part::train).features);
  EXPECT_NE(train.features, draw_rows(problem, 20, 9, Part::validation).features);
  EXPECT_NE(train.features, draw_rows(problem, 20, 9, Part::test).features);
  EXPECT_NE(train.features, draw_rows(problem, 20, 10, Part::train).features);
}

TEST(Synthetic, InputsAreStandardNormalAndIndependent) {
  constexpr std::size_t kRows = 20000;
  const data::Dataset rows =
      draw_rows({.relevant = 1, .irrelevant = 3, .strength = 1.0}, kRows, 1, Part::test);
  for (std::size_t i = 0; i < 4; ++i) {
    double sum = 0.0, squares = 0.0, products = 0.0, inside = 0.0;
    for (std::size_t row = 0; row < kRows; ++row) {
      const double x = rows.features[4 * row + i];
      sum += x;
      squares += x * x;
      products += x * rows.features[4 * row + (i + 1) % 4];
      inside += std::fabs(x) < 1.0 ? 1.0 : 0.0;
    }
    EXPECT_NEAR(sum / kRows, 0.0, 0.03);
    EXPECT_NEAR(squares / kRows, 1.0, 0.04);
    EXPECT_NEAR(products / kRows, 0.0, 0.03);
    EXPECT_NEAR(inside / kRows, 0.6827, 0.015);
  }
}

// Among rows whose logit is near z, a share of sigmoid(z) is labelled 1.
TEST(Synthetic, LabelsFollowTheRelevantInputs) {
  const SyntheticProblem problem{.relevant = 3, .irrelevant = 1, .strength = 2.0};
  const data::Dataset rows = draw_rows(problem, 40000, 1, Part::test);
  for (const double z : {-2.0, 0.0, 2.0}) {
    double ones = 0.0, count = 0.0;
    for (std::size_t row = 0; row < rows.rows; ++row) {
      const float* const x = rows.features.data() + 4 * row;
      const double logit = 2.0 / std::sqrt(3.0) * (x[0] + x[1] + x[2]);
      if (std::fabs(logit - z) > 0.25) continue;
      ones += rows.targets[row];
      ++count;
    }
    ASSERT_GT(count, 1000.0);
    EXPECT_NEAR(ones / count, 1.0 / (1.0 + std::exp(-z)), 0.04);
  }
}

}  // namespace
}  // namespace curb::reproduce
