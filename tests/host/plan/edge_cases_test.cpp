// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Where a diagonal metric is at its worst: tiny steps, an overflown second moment, NaN under a
// mask.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <curb/curb.hpp>
#include <limits>

namespace curb::testing {
namespace {

using Pair = std::array<float, 2>;

/// A row of two weights under Adam.
struct AdamRow {
  Pair weight{};
  Pair gradient{};
  Pair first{};
  Pair second{};
  std::array<std::uint8_t, 2> mask{1, 1};

  Plan plan(const Group& group) {
    Tensor tensor = Tensor::matrix("row", weight.data(), 1, 2);
    tensor.state[0] = first.data();
    tensor.state[1] = second.data();
    tensor.mask = mask.data();
    Plan plan(Device::cpu(1), {group}, {tensor});
    plan.bind_gradients({gradient.data()});
    return plan;
  }
};

Group exact_ball(float learning_rate, float radius) {
  Group group;
  group.name = "adam";
  group.modes.optimizer = OptimizerKind::adam;
  group.modes.max_norm = MaxNormMode::exact;
  group.hyperparameters.learning_rate = learning_rate;
  group.hyperparameters.max_norm = radius;
  return group;
}

// Minimises 1/2 sum a_i (w_i - 1)^2 in a ball from its solution on: a projection that also shrank
// the row a little at every step would drift off by that little over the step size.
TEST(AdamEdgeCases, SmallStepsStayAtTheProjectedSolution) {
  constexpr std::array<double, 2> kCurvature = {1.0, 10.0};
  constexpr double kRadius = 0.5;
  const auto solution = [&](double nu, std::size_t i) {
    return kCurvature[i] / (kCurvature[i] + nu);
  };
  double low = 0.0;
  double high = 1000.0;
  for (int i = 0; i < 200; ++i) {
    const double nu = (low + high) / 2.0;
    (std::hypot(solution(nu, 0), solution(nu, 1)) > kRadius ? low : high) = nu;
  }
  AdamRow row;
  for (std::size_t i = 0; i < 2; ++i) row.weight[i] = static_cast<float>(solution(low, i));
  Plan plan = row.plan(exact_ball(1e-4f, static_cast<float>(kRadius)));
  for (int step = 0; step < 20'000; ++step) {
    for (std::size_t i = 0; i < 2; ++i) {
      row.gradient[i] = static_cast<float>(kCurvature[i] * (row.weight[i] - 1.0));
    }
    plan.step();
  }
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(row.weight[i], solution(low, i), 2e-6);
}

TEST(AdamEdgeCases, ARowWhoseSecondMomentOverflowsIsLeftAloneAndCounted) {
  AdamRow row;
  row.weight = {3.0f, 4.0f};
  row.gradient = {1e20f, 1.0f};
  Plan plan = row.plan(exact_ball(1e-3f, 1.0f));
  plan.step();
  EXPECT_EQ(row.weight[0], 3.0f);
  EXPECT_NEAR(row.weight[1], 4.0f, 2e-3f);
  EXPECT_EQ(plan.statistics().non_finite_rows, 1u);
  EXPECT_EQ(plan.statistics().clamped_rows, 0u);
}

TEST(AdamEdgeCases, AMaskedWeightIsZeroWhateverItsGradient) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  for (const bool row_stages : {false, true}) {
    AdamRow row;
    row.weight = {kNan, 1.0f};
    row.gradient = {kNan, 0.5f};
    row.mask = {0, 1};
    Group group = exact_ball(1e-2f, 0.5f);
    if (!row_stages) group.hyperparameters.max_norm = std::numeric_limits<float>::infinity();
    group.modes.l2 = L2Mode::prox;
    group.hyperparameters.l1 = 0.01f;
    group.hyperparameters.l2 = 0.01f;
    Plan plan = row.plan(group);
    for (int step = 0; step < 3; ++step) plan.step();
    EXPECT_EQ(row.weight[0], 0.0f);
    EXPECT_TRUE(std::isfinite(row.weight[1]));
    EXPECT_EQ(plan.statistics().non_finite_rows, 0u);
  }
}

}  // namespace
}  // namespace curb::testing
