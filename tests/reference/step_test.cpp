// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// The reference step against numbers that can be worked out by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

#include "tests/reference/reference.hpp"

namespace curb::testing {
namespace {

using Vector = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void expect_near(const Vector& actual, const Vector& expected, double tolerance) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    EXPECT_NEAR(actual[i], expected[i], tolerance) << "element " << i;
  }
}

// The weight after each of `steps` steps from `w` with the same gradient every time.
Vector path(const Hyper& hyper, const Modes& modes, double w, double gradient, int steps) {
  State state({w});
  Vector result;
  for (int t = 0; t < steps; ++t) {
    step(hyper, modes, ungrouped(1), {gradient}, state);
    result.push_back(state.w[0]);
  }
  return result;
}

// One row, one step of SGD with a zero gradient: the proximal stages and nothing else.
Vector shrink_row(const Hyper& hyper, const Modes& modes, const Vector& row) {
  State state(row);
  step(hyper, modes, neurons_in_rows(1, row.size()), Vector(row.size(), 0.0), state);
  return state.w;
}

// Where 1/2 (w - 1)^2 with the penalties of `hyper` settles.
double settle(const Hyper& hyper, const Modes& modes, int steps) {
  State state({0.2});
  for (int t = 0; t < steps; ++t) step(hyper, modes, ungrouped(1), {state.w[0] - 1.0}, state);
  return state.w[0];
}

TEST(L1, ProximalStepStopsAtZeroAndSignStepJumpsOverIt) {
  Hyper hyper;
  hyper.learning_rate = 0.1;
  hyper.l1 = 0.3;
  expect_near(path(hyper, {}, 0.05, 0.0, 3), {0.02, 0.0, 0.0}, 1e-16);
  EXPECT_EQ(path(hyper, {}, 0.05, 0.0, 3).back(), 0.0);
  Modes sign;
  sign.l1 = L1Mode::sign;
  expect_near(path(hyper, sign, 0.05, 0.0, 3), {0.02, -0.01, 0.02}, 1e-16);
  expect_near(path(hyper, sign, 0.0, 0.0, 2), {0.0, 0.0}, 0.0);
}

TEST(L1, SoftThresholdKeepsNanAndReturnsPositiveZero) {
  EXPECT_TRUE(std::isnan(soft_threshold(std::nan(""), 0.5)));
  EXPECT_EQ(soft_threshold(-kInfinity, 0.5), -kInfinity);
  EXPECT_EQ(soft_threshold(-0.75, 0.5), -0.25);
  EXPECT_EQ(soft_threshold(0.5, 0.5), 0.0);
  EXPECT_FALSE(std::signbit(soft_threshold(-0.25, 0.5)));
}

// Tsuruoka et al. 2009. With l1 = 1 and learning rate 0.1 the total is 0.1, 0.2, 0.3, ...: a weight
// held at zero is charged later for what clipping forgave it, and no more.
TEST(L1, CumulativePenaltyChargesWhatClippingForgave) {
  Hyper hyper;
  hyper.learning_rate = 0.1;
  hyper.l1 = 1.0;
  Modes modes;
  modes.l1 = L1Mode::cumulative;
  State state({0.25, -0.25, 0.05});
  const auto next = [&](const Vector& gradient) {
    step(hyper, modes, ungrouped(3), gradient, state);
    return state.w;
  };
  expect_near(next({0.0, 0.0, 0.0}), {0.15, -0.15, 0.0}, 1e-15);
  expect_near(next({0.0, 0.0, 0.0}), {0.05, -0.05, 0.0}, 1e-15);
  // The third weight has paid 0.05 of a total of 0.3 when the gradient lifts it by 0.4.
  expect_near(next({0.0, 0.0, -4.0}), {0.0, 0.0, 0.15}, 1e-15);
  expect_near(state.q, {-0.25, 0.25, -0.3}, 1e-15);
  modes.optimizer = Optimizer::momentum;
  EXPECT_THROW(next({0.0, 0.0, 0.0}), std::invalid_argument);
}

TEST(L2, ProximalDividesAndCoupledJoinsTheGradient) {
  Hyper hyper;
  hyper.learning_rate = 0.1;
  hyper.l1 = 0.3;
  hyper.l2 = 0.5;
  Modes modes;
  EXPECT_NEAR(path(hyper, modes, 1.0, 0.5, 1)[0], 0.87, 1e-15);
  modes.l2 = L2Mode::prox;
  EXPECT_NEAR(path(hyper, modes, 1.0, 0.5, 1)[0], 0.92 / 1.05, 1e-15);
}

TEST(Optimizers, FirstThreeSteps) {
  Hyper hyper;
  hyper.learning_rate = 0.1;
  hyper.momentum = 0.9;
  hyper.l2 = 0.1;
  Modes modes;
  expect_near(path(hyper, modes, 1.0, 0.5, 3), {0.94, 0.8806, 0.821794}, 1e-15);
  modes.optimizer = Optimizer::momentum;
  expect_near(path(hyper, modes, 1.0, 0.5, 3), {0.94, 0.8266, 0.666274}, 1e-15);
  modes.optimizer = Optimizer::nesterov;
  expect_near(path(hyper, modes, 1.0, 0.5, 3), {0.886, 0.725566, 0.525363646}, 1e-15);
  modes.optimizer = Optimizer::adam;
  expect_near(path(hyper, modes, 1.0, 0.5, 3), {0.9000000017, 0.8000473405, 0.7001745748}, 1e-10);
  modes.optimizer = Optimizer::adagrad;
  expect_near(path(hyper, modes, 1.0, 0.5, 3), {0.9000000017, 0.8298860073, 0.7729372239}, 1e-10);
  modes.optimizer = Optimizer::rmsprop;
  hyper.beta2 = 0.9;
  expect_near(path(hyper, modes, 1.0, 0.5, 3), {0.6837722506, 0.4603292096, 0.2763137578}, 1e-10);
  hyper.beta2 = 0.999;
  modes.optimizer = Optimizer::adam;
  hyper.l2 = 0.0;
  hyper.weight_decay = 0.1;
  expect_near(path(hyper, modes, 1.0, 0.5, 3), {0.890000002, 0.781100004, 0.6732890059}, 1e-10);
}

TEST(Optimizers, GradientScaleActsBeforeL2) {
  Hyper hyper;
  hyper.learning_rate = 0.1;
  hyper.l2 = 0.1;
  hyper.gradient_scale = 0.25;
  EXPECT_NEAR(path(hyper, {}, 1.0, 2.0, 1)[0], 0.94, 1e-15);
}

// The decay acts on the weight from before the step: 0.9 * (1 - 0.1 * 0.5) = 0.855 would be wrong.
TEST(Optimizers, DecoupledDecayActsOnTheOldWeight) {
  Hyper hyper;
  hyper.learning_rate = 0.1;
  hyper.weight_decay = 0.5;
  EXPECT_NEAR(path(hyper, {}, 1.0, 1.0, 1)[0], 0.85, 1e-15);
}

class Settles : public ::testing::TestWithParam<Optimizer> {};

TEST_P(Settles, OnTheMinimiserOfTheStatedObjective) {
  Hyper hyper;
  const bool normalised = GetParam() == Optimizer::adam || GetParam() == Optimizer::rmsprop;
  hyper.learning_rate = normalised ? 0.01 : 0.1;
  hyper.l1 = 0.3;
  Modes modes;
  modes.optimizer = GetParam();
  EXPECT_NEAR(settle(hyper, modes, 5000), 0.7, 1e-12);
  hyper.l2 = 0.5;
  modes.l2 = L2Mode::prox;
  EXPECT_NEAR(settle(hyper, modes, 5000), 0.7 / 1.5, 1e-12);
}

INSTANTIATE_TEST_SUITE_P(AllOptimizers, Settles,
                         ::testing::Values(Optimizer::sgd, Optimizer::momentum, Optimizer::nesterov,
                                           Optimizer::adam, Optimizer::adagrad,
                                           Optimizer::rmsprop));

class Schedules : public ::testing::TestWithParam<Optimizer> {};

TEST_P(Schedules, OfMomentumDoNotDisturbTheMinimiser) {
  Hyper hyper;
  hyper.learning_rate = 0.1;
  hyper.l1 = 0.3;
  Modes modes;
  modes.optimizer = GetParam();
  State state({1.0});
  double lowest = kInfinity;
  for (int t = 0; t < 20'000; ++t) {
    hyper.momentum = t < 1000 ? 0.5 + 0.49 * t / 1000.0 : 0.99;
    step(hyper, modes, ungrouped(1), {state.w[0] - 1.0}, state);
    lowest = std::min(lowest, state.w[0]);
  }
  EXPECT_NEAR(state.w[0], 0.7, 1e-12);
  EXPECT_GT(lowest, 0.6);
}

// From the minimum without L1 at 1, a lightly damped step to 0.7 swings down to 0.4 at most.
TEST_P(Schedules, OfL1SwitchedOnLateSettleWithoutACrash) {
  Hyper hyper;
  hyper.learning_rate = 0.1;
  hyper.momentum = 0.99;
  Modes modes;
  modes.optimizer = GetParam();
  State state({1.0});
  double lowest = kInfinity;
  for (int t = 0; t < 20'000; ++t) {
    hyper.l1 = t < 1000 ? 0.0 : 0.3;
    step(hyper, modes, ungrouped(1), {state.w[0] - 1.0}, state);
    lowest = std::min(lowest, state.w[0]);
  }
  EXPECT_NEAR(state.w[0], 0.7, 1e-12);
  EXPECT_GT(lowest, 0.39);
}

INSTANTIATE_TEST_SUITE_P(MomentumOptimizers, Schedules,
                         ::testing::Values(Optimizer::momentum, Optimizer::nesterov));

TEST(MaxNorm, ClampsLongRowsAndLeavesLegalOnesAlone) {
  Hyper hyper;
  hyper.max_norm = 2.0;
  const Layout layout = neurons_in_rows(3, 2);
  State state({3.0, 4.0, 0.3, 0.4, 0.0, 0.0});
  const Vector zero(6, 0.0);
  const StepReport first = step(hyper, {}, layout, zero, state);
  EXPECT_EQ(first.clamped_rows, 1U);
  expect_near({state.w[0], state.w[1]}, {1.2, 1.6}, 4e-15);
  const Vector once = state.w;
  EXPECT_EQ(Vector(once.begin() + 2, once.end()), (Vector{0.3, 0.4, 0.0, 0.0}));
  for (int t = 0; t < 100'000; ++t) step(hyper, {}, layout, zero, state);
  EXPECT_EQ(state.w, once);
}

// Rounding must not leave a clamped row a little too long, to be clamped again at every step.
TEST(MaxNorm, ClampedTwiceIsClampedOnce) {
  constexpr std::size_t kRows = 1000;
  constexpr std::size_t kColumns = 7;
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  Vector rows(kRows * kColumns);
  for (double& x : rows) x = normal(random);
  Hyper hyper;
  hyper.max_norm = 0.1;
  const Layout layout = neurons_in_rows(kRows, kColumns);
  const Vector zero(layout.size, 0.0);
  State state(rows);
  EXPECT_EQ(step(hyper, {}, layout, zero, state).clamped_rows, kRows);
  const Vector once = state.w;
  EXPECT_EQ(step(hyper, {}, layout, zero, state).clamped_rows, 0U);
  EXPECT_EQ(state.w, once);
}

TEST(MaxNorm, FollowsTheIncomingWeightsOfEitherOrientation) {
  Hyper hyper;
  hyper.max_norm = 2.0;
  State state({3.0, 0.3, 4.0, 0.4});
  step(hyper, {}, neurons_in_columns(2, 2), Vector(4, 0.0), state);
  expect_near(state.w, {1.2, 0.3, 1.6, 0.4}, 4e-15);
}

TEST(Group, ShrinksTheRowByItsNorm) {
  Hyper hyper;
  hyper.learning_rate = 1.0;
  hyper.group_lasso = 1.0 / std::sqrt(2.0);
  expect_near(shrink_row(hyper, {}, {3.0, 4.0}), {2.4, 3.2}, 1e-15);
  EXPECT_EQ(shrink_row(hyper, {}, {0.6, -0.6}), (Vector{0.0, 0.0}));
}

TEST(Group, WithL1IsTheSparseGroupLasso) {
  Hyper hyper;
  hyper.learning_rate = 1.0;
  hyper.l1 = 0.5;
  hyper.group_lasso = 1.0 / std::sqrt(3.0);
  const Vector w = shrink_row(hyper, {}, {3.0, -0.1, 4.0});
  expect_near(w, {1.918762, 0.0, 2.686266}, 1e-6);
  EXPECT_EQ(w[1], 0.0);
}

TEST(Group, ByInputTakesColumnsAndRefusesMaxNorm) {
  Hyper hyper;
  hyper.learning_rate = 1.0;
  hyper.group_lasso = 1.0 / std::sqrt(2.0);
  Modes modes;
  modes.group_by = GroupBy::outgoing;
  State state({3.0, 0.5, 4.0, 0.5});
  const Layout layout = neurons_in_rows(2, 2);
  step(hyper, modes, layout, Vector(4, 0.0), state);
  expect_near(state.w, {2.4, 0.0, 3.2, 0.0}, 1e-15);
  hyper.max_norm = 1.0;
  EXPECT_THROW(step(hyper, modes, layout, Vector(4, 0.0), state), std::invalid_argument);
}

TEST(Mask, HoldsWeightsAtZeroWhateverTheGradient) {
  Layout layout = neurons_in_rows(1, 3);
  layout.mask = {1, 0, 1};
  Hyper hyper;
  hyper.learning_rate = 0.1;
  State state({1.0, 2.0, 3.0});
  step(hyper, {}, layout, {1.0, -5.0, 1.0}, state);
  expect_near(state.w, {0.9, 0.0, 2.9}, 1e-15);
  layout.mask.pop_back();
  EXPECT_THROW(step(hyper, {}, layout, Vector(3, 0.0), state), std::invalid_argument);
}

TEST(NonNegative, ActsAfterTheSoftThreshold) {
  Hyper hyper;
  hyper.learning_rate = 1.0;
  hyper.l1 = 0.5;
  Modes modes;
  modes.non_negative = true;
  EXPECT_EQ(shrink_row(hyper, modes, {1.0, -2.0, 0.25}), (Vector{0.5, 0.0, 0.0}));
}

TEST(NonFinite, RowsAreLeftByGroupAndMaxNormAndCounted) {
  Hyper hyper;
  hyper.learning_rate = 1.0;
  hyper.group_lasso = 0.1;
  hyper.max_norm = 1.0;
  State state({3.0, std::nan(""), 3.0, 0.0, 3.0, 4.0});
  const Vector gradient{0.0, 0.0, 0.0, -kInfinity, 0.0, 0.0};
  const StepReport report = step(hyper, {}, neurons_in_rows(3, 2), gradient, state);
  EXPECT_EQ(report.non_finite_rows, 2U);
  EXPECT_EQ(report.clamped_rows, 1U);
  EXPECT_EQ(state.w[0], 3.0);
  EXPECT_TRUE(std::isnan(state.w[1]));
  EXPECT_EQ(state.w[2], 3.0);
  EXPECT_EQ(state.w[3], kInfinity);
  EXPECT_NEAR(std::hypot(state.w[4], state.w[5]), 1.0, 1e-15);
}

}  // namespace
}  // namespace curb::testing
