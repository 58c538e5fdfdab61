// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The prologue: each proximal coefficient must have the gain that the optimiser gives a gradient.
#include <gtest/gtest.h>

#include <cmath>
#include <curb/rules/effective_step.hpp>
#include <curb/rules/optimizers.hpp>
#include <functional>
#include <random>

#include "tests/rules/optimizer_kinds.hpp"

namespace curb::testing {
namespace {

using rules::Coefficients;
using rules::FilterState;
using rules::Hyperparameters;
using rules::OptimizerKind;

rules::Modes proximal(OptimizerKind kind) {
  rules::Modes modes;
  modes.optimizer = kind;
  modes.l2 = rules::L2Mode::prox;
  return modes;
}

// sum of mu^k for k < count
double geometric(double mu, int count) { return (1.0 - std::pow(mu, count)) / (1.0 - mu); }

// The gain of a constant input after t steps, from the sum of the series.
double gain(OptimizerKind kind, double mu, int t) {
  switch (kind) {
    case OptimizerKind::momentum:
      return geometric(mu, t);
    case OptimizerKind::nesterov:
      return geometric(mu, t + 1);
    case OptimizerKind::sgd:
    case OptimizerKind::adam:  // its first moment is bias-corrected: the mean of a constant
    case OptimizerKind::adagrad:
    case OptimizerKind::rmsprop:
      break;
  }
  return 1.0;
}

TEST(EffectiveStep, EqualsTheClosedFormForConstantMomentum) {
  for (const OptimizerKind kind : kAllOptimizers) {
    for (const float mu : {0.0f, 0.5f, 0.9f, 0.99f}) {
      Hyperparameters h;
      h.momentum = mu;
      h.beta1 = mu;
      h.l1 = 0.3f;
      h.l2 = 0.7f;
      h.group_lasso = 0.05f;
      FilterState state;
      for (int t = 1; t <= 1000; ++t) {
        const Coefficients c = rules::advance(proximal(kind), h, state);
        const double expected = gain(kind, mu, t);
        ASSERT_NEAR(c.l1, h.l1 * expected, h.l1 * expected * 1e-7) << "step " << t;
        ASSERT_NEAR(c.l2, h.l2 * expected, h.l2 * expected * 1e-7);
        ASSERT_NEAR(c.group_lasso, h.group_lasso * expected, h.group_lasso * expected * 1e-7);
        const double shrink = 1.0 / (1.0 + h.learning_rate * (h.l2 * expected));
        ASSERT_NEAR(c.l2_shrink, shrink, shrink * 1e-7);
      }
    }
  }
}

// What the closed form cannot do: under schedules of momentum and of the coefficient, the threshold
// is where the optimiser itself would have taken a gradient of that size.
template <class Optimizer>
void expect_gain_of_the_optimiser(OptimizerKind kind) {
  std::mt19937_64 random(8);
  std::uniform_real_distribution<float> uniform(0.0f, 1.0f);
  FilterState filter;
  float state[2] = {0.0f, 0.0f};
  for (int t = 0; t < 2000; ++t) {
    Hyperparameters h;
    h.momentum = 0.5f + 0.49f * static_cast<float>(t) / 2000.0f;
    h.l1 = t < 500 ? 0.0f : uniform(random);
    const Coefficients c = rules::advance(proximal(kind), h, filter);
    const float direction = Optimizer{}.direction(c, h.l1, state).value;
    ASSERT_NEAR(c.l1, direction, 2e-5 * direction) << "step " << t;
  }
}

TEST(EffectiveStep, FollowsTheOptimiserUnderSchedules) {
  expect_gain_of_the_optimiser<rules::Sgd>(OptimizerKind::sgd);
  expect_gain_of_the_optimiser<rules::Momentum>(OptimizerKind::momentum);
  expect_gain_of_the_optimiser<rules::Momentum>(OptimizerKind::nesterov);
  expect_gain_of_the_optimiser<rules::Adam>(OptimizerKind::adam);
  expect_gain_of_the_optimiser<rules::Adagrad>(OptimizerKind::adagrad);
  expect_gain_of_the_optimiser<rules::Adagrad>(OptimizerKind::rmsprop);
}

// Powers of beta by multiplication in double, step by step, never by a power function.
TEST(BetaPowers, AreRunningProducts) {
  Hyperparameters h;
  h.beta1 = 0.97f;
  h.beta2 = 0.9999f;
  FilterState state;
  double beta1_power = 1.0;
  double beta2_power = 1.0;
  for (int t = 1; t <= 10'000; ++t) {
    const Coefficients c = rules::advance(proximal(OptimizerKind::adam), h, state);
    beta1_power *= static_cast<double>(h.beta1);
    beta2_power *= static_cast<double>(h.beta2);
    ASSERT_EQ(state.beta1_power, beta1_power) << "step " << t;
    ASSERT_EQ(state.beta2_power, beta2_power) << "step " << t;
    ASSERT_EQ(c.inverse_bias1, static_cast<float>(1.0 / (1.0 - beta1_power)));
    ASSERT_EQ(c.inverse_bias2, static_cast<float>(1.0 / (1.0 - beta2_power)));
  }
  EXPECT_EQ(state.step, 10'000U);
}

// 1 - beta in fp32 arithmetic would carry the error of a cancellation.
TEST(BetaPowers, ComplementsAreRoundedOnce) {
  Hyperparameters h;
  h.beta2 = 0.9999f;
  FilterState state;
  const Coefficients c = rules::advance(proximal(OptimizerKind::adam), h, state);
  EXPECT_EQ(c.one_minus_beta2, static_cast<float>(1.0 - static_cast<double>(h.beta2)));
  EXPECT_EQ(c.one_minus_beta1, static_cast<float>(1.0 - static_cast<double>(h.beta1)));
}

TEST(Advance, PutsEachCoefficientWhereItsModeWantsIt) {
  Hyperparameters h;
  h.learning_rate = 0.5f;
  h.l1 = 0.25f;
  h.l2 = 0.125f;
  h.weight_decay = 0.75f;
  h.max_norm = 3.0f;
  const auto first = [&h](const std::function<void(rules::Modes&)>& change) {
    rules::Modes modes;
    change(modes);
    FilterState state;
    return rules::advance(modes, h, state);
  };
  const Coefficients coupled = first([](rules::Modes&) {});
  EXPECT_EQ(coupled.l2_coupled, 0.125f);
  EXPECT_EQ(coupled.l2, 0.0f);
  EXPECT_EQ(coupled.l2_shrink, 1.0f);
  EXPECT_EQ(coupled.l1, 0.25f);
  EXPECT_EQ(coupled.l1_sign, 0.0f);
  EXPECT_EQ(coupled.decay_keep, 0.625f);
  EXPECT_EQ(coupled.max_norm, 3.0f);
  EXPECT_EQ(coupled.lower_bound, -rules::kInfinity);
  EXPECT_EQ(coupled.velocity_gain, 1.0f);
  EXPECT_EQ(coupled.gradient_gain, 0.0f);
  EXPECT_FALSE(coupled.max_norm_exact);

  const Coefficients prox = first([](rules::Modes& m) { m.l2 = rules::L2Mode::prox; });
  EXPECT_EQ(prox.l2_coupled, 0.0f);
  EXPECT_EQ(prox.l2, 0.125f);
  EXPECT_EQ(prox.l2_shrink, static_cast<float>(1.0 / 1.0625));

  const Coefficients sign = first([](rules::Modes& m) { m.l1 = rules::L1Mode::sign; });
  EXPECT_EQ(sign.l1_sign, 0.25f);
  EXPECT_EQ(sign.l1, 0.0f);

  const Coefficients cumulative = first([](rules::Modes& m) { m.l1 = rules::L1Mode::cumulative; });
  EXPECT_EQ(cumulative.l1_cumulative, 0.125f);
  EXPECT_EQ(cumulative.l1, 0.0f);
  EXPECT_EQ(cumulative.l1_sign, 0.0f);

  const Coefficients others = first([](rules::Modes& m) {
    m.optimizer = OptimizerKind::nesterov;
    m.max_norm = rules::MaxNormMode::exact;
    m.non_negative = true;
  });
  EXPECT_EQ(others.velocity_gain, h.momentum);
  EXPECT_EQ(others.gradient_gain, 1.0f);
  EXPECT_TRUE(others.max_norm_exact);
  EXPECT_EQ(others.lower_bound, 0.0f);
}

// The sum of eta l1 over all steps, each at its own rate.
TEST(Advance, AddsUpTheCumulativePenalty) {
  rules::Modes modes;
  modes.l1 = rules::L1Mode::cumulative;
  FilterState state;
  Hyperparameters h;
  h.l1 = 0.25f;
  for (const float rate : {0.5f, 0.25f, 0.125f}) {
    h.learning_rate = rate;
    rules::advance(modes, h, state);
  }
  EXPECT_EQ(state.l1_cumulative, 0.875 * 0.25);
}

TEST(WithoutRegularisation, LeavesTheOptimiserAlone) {
  Hyperparameters h;
  h.l1 = 0.3f;
  h.l2 = 0.2f;
  h.weight_decay = 0.1f;
  h.group_lasso = 0.1f;
  h.max_norm = 2.0f;
  h.gradient_scale = 0.5f;
  for (const rules::L1Mode l1 :
       {rules::L1Mode::prox, rules::L1Mode::sign, rules::L1Mode::cumulative}) {
    for (const rules::L2Mode l2 : {rules::L2Mode::coupled, rules::L2Mode::prox}) {
      rules::Modes modes;
      modes.l1 = l1;
      modes.l2 = l2;
      modes.non_negative = true;
      FilterState state;
      const Coefficients regularised = rules::advance(modes, h, state);
      const Coefficients free = rules::without_regularisation(regularised);
      // An element step of the free tensor is plain SGD, whatever was asked of the group.
      EXPECT_EQ(free.l2_coupled, 0.0f);
      EXPECT_EQ(free.l1_sign, 0.0f);
      EXPECT_EQ(free.l1, 0.0f);
      EXPECT_EQ(free.l1_cumulative, 0.0f);
      EXPECT_EQ(free.l2, 0.0f);
      EXPECT_EQ(free.l2_shrink, 1.0f);
      EXPECT_EQ(free.group_lasso, 0.0f);
      EXPECT_EQ(free.decay_keep, 1.0f);
      EXPECT_EQ(free.max_norm, rules::kInfinity);
      EXPECT_EQ(free.lower_bound, -rules::kInfinity);
      EXPECT_EQ(free.learning_rate, regularised.learning_rate);
      EXPECT_EQ(free.gradient_scale, 0.5f);
      EXPECT_EQ(free.momentum, regularised.momentum);
      EXPECT_EQ(free.inverse_bias2, regularised.inverse_bias2);
    }
  }
}

}  // namespace
}  // namespace curb::testing
