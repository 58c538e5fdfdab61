// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The optimisers' directions and states over many steps, against the double reference.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <curb/rules/element_step.hpp>
#include <random>
#include <vector>

#include "tests/reference/reference.hpp"
#include "tests/rules/float_bits.hpp"
#include "tests/rules/from_reference.hpp"

namespace curb::testing {
namespace {

constexpr std::size_t kWeights = 40;

// Runs 100 steps of unregularised updates in fp32 and in double, on the same gradients.
template <class Rule>
void expect_the_reference(Optimizer optimizer, double bound) {
  std::mt19937_64 random(9);
  std::normal_distribution<double> normal;
  std::vector<double> start(kWeights);
  for (double& w : start) w = as_float(normal(random));
  Modes modes;
  modes.optimizer = optimizer;
  Hyper hyper;
  hyper.learning_rate = as_float(0.01);
  hyper.momentum = as_float(0.9);
  hyper.beta1 = as_float(0.9);
  hyper.beta2 = as_float(0.999);
  hyper.epsilon = as_float(1e-8);
  hyper.gradient_scale = 0.5;

  State reference(start);
  rules::FilterState filter;
  std::vector<float> weights(start.begin(), start.end());
  std::vector<float> states(2 * kWeights, 0.0f);
  for (int t = 1; t <= 100; ++t) {
    std::vector<double> gradient(kWeights);
    for (double& g : gradient) g = as_float(normal(random));
    step(hyper, modes, ungrouped(kWeights), gradient, reference);
    const rules::Coefficients c =
        rules::advance(from_reference(modes), from_reference(hyper), filter);
    for (std::size_t i = 0; i < kWeights; ++i) {
      weights[i] = rules::update_element(Rule{}, c, weights[i], static_cast<float>(gradient[i]),
                                         &states[2 * i], true);
      ASSERT_NEAR(weights[i], reference.w[i], bound) << "weight " << i << ", step " << t;
      if constexpr (Rule::kStates > 0) {
        const bool squares = optimizer == Optimizer::adagrad || optimizer == Optimizer::rmsprop;
        const double expected = squares ? reference.v[i] : reference.m[i];
        ASSERT_NEAR(states[2 * i], expected, 1e-6 * std::max(10.0, expected));
      }
      if constexpr (Rule::kStates > 1) {
        ASSERT_NEAR(states[2 * i + 1], reference.v[i], 1e-6);
      }
    }
  }
}

TEST(Optimizers, SgdIsTheReference) { expect_the_reference<rules::Sgd>(Optimizer::sgd, 2e-6); }

TEST(Optimizers, HeavyBallIsTheReference) {
  expect_the_reference<rules::Momentum>(Optimizer::momentum, 4e-6);
}

TEST(Optimizers, NesterovIsTheReference) {
  expect_the_reference<rules::Momentum>(Optimizer::nesterov, 4e-6);
}

TEST(Optimizers, AdamIsTheReference) { expect_the_reference<rules::Adam>(Optimizer::adam, 4e-6); }

TEST(Optimizers, AdagradIsTheReference) {
  expect_the_reference<rules::Adagrad>(Optimizer::adagrad, 4e-6);
}

TEST(Optimizers, RmspropIsTheReference) {
  expect_the_reference<rules::Adagrad>(Optimizer::rmsprop, 4e-6);
}

// The metric must be the one by which the step was taken: row stages compute it anew.
TEST(Adam, DenominatorFromTheStateIsThatOfTheStep) {
  std::mt19937_64 random(10);
  std::normal_distribution<float> normal;
  rules::FilterState filter;
  rules::Modes modes;
  modes.optimizer = rules::OptimizerKind::adam;
  float state[2] = {0.0f, 0.0f};
  for (int t = 0; t < 1000; ++t) {
    const rules::Coefficients c = rules::advance(modes, rules::Hyperparameters{}, filter);
    const rules::Direction direction = rules::Adam{}.direction(c, normal(random), state);
    ASSERT_EQ(bits(rules::Adam{}.denominator(c, state)), bits(direction.denominator));
  }
}

// A weight that has had no gradient stands still, and divides nothing by zero.
TEST(Adam, WithoutGradientDoesNotMove) {
  rules::FilterState filter;
  rules::Modes modes;
  modes.optimizer = rules::OptimizerKind::adam;
  float state[2] = {0.0f, 0.0f};
  for (int t = 0; t < 100; ++t) {
    const rules::Coefficients c = rules::advance(modes, rules::Hyperparameters{}, filter);
    ASSERT_EQ(rules::update_element(rules::Adam{}, c, 0.7f, 0.0f, state, true), 0.7f);
  }
}

/// The states after `steps` steps without a gradient.
template <class Rule>
void starve(rules::OptimizerKind kind, int steps, float* state) {
  rules::FilterState filter;
  rules::Modes modes;
  modes.optimizer = kind;
  rules::Hyperparameters hyper;
  hyper.beta2 = 0.99f;
  for (int t = 0; t < steps; ++t) {
    Rule{}.direction(rules::advance(modes, hyper, filter), 0.0f, state);
  }
}

// By rounding alone it never would: 0.9 times a small subnormal is that subnormal again.
TEST(Optimizers, AStateWithoutGradientsComesToZero) {
  for (const float start : {1.0f, -1.0f}) {
    float velocity = start;
    starve<rules::Momentum>(rules::OptimizerKind::momentum, 1000, &velocity);
    EXPECT_EQ(bits(velocity), bits(0.0f));
    float moments[2] = {start, 1.0f};
    starve<rules::Adam>(rules::OptimizerKind::adam, 10000, moments);
    EXPECT_EQ(bits(moments[0]), bits(0.0f));
    EXPECT_EQ(bits(moments[1]), bits(0.0f));
    float squares = 1.0f;
    starve<rules::Adagrad>(rules::OptimizerKind::rmsprop, 10000, &squares);
    EXPECT_EQ(bits(squares), bits(0.0f));
  }
}

TEST(Optimizers, ANanStaysInTheState) {
  float velocity = std::nanf("");
  starve<rules::Momentum>(rules::OptimizerKind::momentum, 1, &velocity);
  EXPECT_TRUE(std::isnan(velocity));
}

}  // namespace
}  // namespace curb::testing
