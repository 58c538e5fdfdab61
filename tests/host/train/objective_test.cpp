// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The penalty by hand, and the residual: zero at minimisers known in closed form, and nowhere else.
#include "host/train/objective.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace curb::train {
namespace {

using Floats = std::vector<float>;

UpdateSettings unpenalised() {
  UpdateSettings update;
  update.learning_rate = 0.5f;
  return update;
}

/// The residual of 1/2 |w - center|^2 plus the penalty, at `w`, one row of weights.
double residual(const UpdateSettings& update, const Floats& center, const Floats& w) {
  Floats gradient;
  for (std::size_t i = 0; i < w.size(); ++i) gradient.push_back(w[i] - center[i]);
  return std::sqrt(squared_residual(update, {1, w.size(), w}, {1, w.size(), gradient}));
}

constexpr double kRounding = 1e-6;

TEST(Penalty, AddsUpEachTerm) {
  const Floats w{3, 0, -4, 0, 12, 0};  // rows (3, 0, -4) and (0, 12, 0)
  const WeightMatrix weight{2, 3, w};
  UpdateSettings update = unpenalised();
  EXPECT_EQ(penalty(update, weight), 0.0);
  update.l1 = 0.5f;
  EXPECT_DOUBLE_EQ(penalty(update, weight), 0.5 * 19);
  update.l2 = 0.25f;
  EXPECT_DOUBLE_EQ(penalty(update, weight), 0.5 * 19 + 0.125 * 169);
  update.l1 = update.l2 = 0.0f;
  update.group_lasso = 2.0f;
  EXPECT_DOUBLE_EQ(penalty(update, weight), 2 * std::sqrt(3.0) * (5 + 12));
  update.group_lasso_over = GroupLassoOver::outgoing;
  EXPECT_DOUBLE_EQ(penalty(update, weight), 2 * std::sqrt(2.0) * (3 + 12 + 4));
}

TEST(Penalty, DoesNotDependOnTheModes) {
  const Floats w{1, -2};
  UpdateSettings update = unpenalised();
  update.l1 = 1.0f;
  update.l1_mode = L1Mode::sign;
  update.weight_decay = 0.5f;
  EXPECT_DOUBLE_EQ(penalty(update, {1, 2, w}), 3.0);
}

TEST(Residual, IsTheGradientWhereNothingIsPenalised) {
  EXPECT_NEAR(residual(unpenalised(), {1, 2}, {4, 6}), 5.0, kRounding);
}

TEST(Residual, IsZeroAtTheElasticNetsMinimum) {
  UpdateSettings update = unpenalised();
  update.l1 = 0.3f;
  EXPECT_NEAR(residual(update, {1.0f}, {0.7f}), 0.0, kRounding);
  EXPECT_NEAR(residual(update, {1.0f}, {0.97f}), 0.27, kRounding);
  EXPECT_EQ(residual(update, {0.2f}, {0.0f}), 0.0);  // within the threshold
  update.l2 = 0.5f;
  EXPECT_NEAR(residual(update, {1.0f}, {0.7f / 1.5f}), 0.0, kRounding);
  update.l2_mode = L2Mode::prox;
  EXPECT_NEAR(residual(update, {1.0f}, {0.7f / 1.5f}), 0.0, kRounding);
}

TEST(Residual, IsZeroAtTheGroupLassosMinimum) {
  UpdateSettings update = unpenalised();
  update.group_lasso = static_cast<float>(1.0 / std::sqrt(2.0));  // 1 in all, for a row of two
  EXPECT_NEAR(residual(update, {3, 4}, {2.4f, 3.2f}), 0.0, kRounding);
  EXPECT_EQ(residual(update, {0.3f, 0.4f}, {0, 0}), 0.0);
  EXPECT_GT(residual(update, {3, 4}, {3, 4}), 0.5);
  update.l1 = 0.5f;  // the sparse group lasso of the same vector, of three elements
  update.group_lasso = static_cast<float>(1.0 / std::sqrt(3.0));
  EXPECT_NEAR(residual(update, {3, -0.1f, 4}, {1.918762f, 0, 2.686266f}), 0.0, kRounding);
}

TEST(Residual, GroupsOverInputsAreColumns) {
  UpdateSettings update = unpenalised();
  update.group_lasso = static_cast<float>(1.0 / std::sqrt(2.0));
  update.group_lasso_over = GroupLassoOver::outgoing;
  const Floats w{2.4f, 0, 3.2f, 0};  // columns (2.4, 3.2) and (0, 0)
  const Floats gradient{2.4f - 3, 0.5f, 3.2f - 4, 0.5f};
  EXPECT_NEAR(squared_residual(update, {2, 2, w}, {2, 2, gradient}), 0.0, kRounding);
}

TEST(Residual, IsZeroOnTheBallWhereTheGradientPointsOutwards) {
  UpdateSettings update = unpenalised();
  update.max_norm = 2.0f;
  EXPECT_NEAR(residual(update, {3, 4}, {1.2f, 1.6f}), 0.0, kRounding);
  EXPECT_GT(residual(update, {3, 4}, {1.6f, 1.2f}), 0.5);
  EXPECT_NEAR(residual(update, {0.3f, 0.4f}, {0.3f, 0.4f}), 0.0, kRounding);
}

TEST(Residual, IsZeroAtTheBoundWhereTheGradientPointsBelow) {
  UpdateSettings update = unpenalised();
  update.non_negative = true;
  EXPECT_EQ(residual(update, {-1}, {0}), 0.0);
  EXPECT_NEAR(residual(update, {1}, {0}), 1.0, kRounding);
}

TEST(Residual, OfANaNIsANaN) {
  UpdateSettings update = unpenalised();
  update.l1 = 1.0f;
  EXPECT_TRUE(std::isnan(residual(update, {1}, {std::nanf("")})));
}

}  // namespace
}  // namespace curb::train
