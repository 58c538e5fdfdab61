// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// One whole element-wise step: the stages together against the double reference, and what a weight
// that is not a number becomes.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <curb/rules/element_step.hpp>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/reference/reference.hpp"
#include "tests/rules/float_bits.hpp"
#include "tests/rules/from_reference.hpp"

namespace curb::testing {
namespace {

constexpr std::size_t kWeights = 20;

struct RandomStep {
  Hyper hyper;
  Modes modes;
  std::vector<std::uint8_t> mask;
};

// Each setting is on in every second problem, so that all combinations occur.
RandomStep random_step(Optimizer optimizer, std::mt19937_64& random) {
  const auto maybe = [&random](double high) {
    const double value = std::uniform_real_distribution<double>(0.0, high)(random);
    return random() % 2 == 0 ? as_float(value) : 0.0;
  };
  RandomStep result;
  result.hyper.learning_rate = as_float(0.05);
  result.hyper.momentum = as_float(0.9);
  result.hyper.beta1 = as_float(0.9);
  result.hyper.beta2 = as_float(0.999);
  result.hyper.epsilon = as_float(1e-8);
  result.hyper.l1 = maybe(1.0);
  result.hyper.l2 = maybe(2.0);
  result.hyper.weight_decay = maybe(3.0);
  result.hyper.gradient_scale = random() % 2 == 0 ? 1.0 : 0.125;
  constexpr std::array kL1Modes = {L1Mode::prox, L1Mode::sign, L1Mode::cumulative};
  result.modes.optimizer = optimizer;
  result.modes.l1 = kL1Modes[random() % (optimizer == Optimizer::sgd ? 3 : 2)];
  result.modes.l2 = random() % 2 == 0 ? L2Mode::coupled : L2Mode::prox;
  result.modes.non_negative = random() % 2 == 0;
  if (random() % 2 == 0) {
    for (std::size_t i = 0; i < kWeights; ++i) result.mask.push_back(random() % 4 != 0);
  }
  return result;
}

// Three steps of one problem. Adam divides by the root of a moment that begins at one gradient, so
// that a gradient near zero is magnified: gradients keep away from zero.
template <class Rule>
void expect_the_reference(const RandomStep& problem, std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  std::vector<double> start(kWeights);
  for (double& w : start) w = as_float(normal(random));
  Layout layout = ungrouped(kWeights);
  layout.mask = problem.mask;
  State reference(start);
  rules::FilterState filter;
  std::vector<float> weights(start.begin(), start.end());
  std::vector<float> states(2 * kWeights, 0.0f);
  for (int t = 1; t <= 3; ++t) {
    std::vector<double> gradient(kWeights);
    for (double& g : gradient) {
      g = normal(random);
      g = as_float(g + std::copysign(3.0, g));
    }
    step(problem.hyper, problem.modes, layout, gradient, reference);
    const rules::Coefficients c =
        rules::advance(from_reference(problem.modes), from_reference(problem.hyper), filter);
    for (std::size_t i = 0; i < kWeights; ++i) {
      const bool keep = problem.mask.empty() || problem.mask[i] != 0;
      weights[i] = rules::update_element(Rule{}, c, weights[i], static_cast<float>(gradient[i]),
                                         &states[2 * i], keep);
      ASSERT_NEAR(weights[i], reference.w[i], 3e-6) << "weight " << i << ", step " << t;
    }
  }
}

TEST(UpdateElement, IsTheReferenceInEveryCombination) {
  std::mt19937_64 random(11);
  for (int problem = 0; problem < 200; ++problem) {
    SCOPED_TRACE("problem " + std::to_string(problem));
    const RandomStep sgd = random_step(Optimizer::sgd, random);
    if (sgd.modes.l1 == L1Mode::cumulative) {
      expect_the_reference<rules::CumulativeSgd>(sgd, random);
    } else {
      expect_the_reference<rules::Sgd>(sgd, random);
    }
    expect_the_reference<rules::Momentum>(random_step(Optimizer::momentum, random), random);
    expect_the_reference<rules::Momentum>(random_step(Optimizer::nesterov, random), random);
    expect_the_reference<rules::Adam>(random_step(Optimizer::adam, random), random);
    expect_the_reference<rules::Adagrad>(random_step(Optimizer::adagrad, random), random);
    expect_the_reference<rules::Adagrad>(random_step(Optimizer::rmsprop, random), random);
    if (HasFatalFailure()) return;
  }
}

// Decoupled decay acts on the weight from before the step, not on the result.
TEST(UpdateElement, DecaysTheOldWeight) {
  rules::Coefficients c;
  c.learning_rate = 0.5f;
  c.decay_keep = 0.75f;
  EXPECT_EQ(rules::update_element(rules::Sgd{}, c, 4.0f, 2.0f, nullptr, true), 3.0f - 1.0f);
}

rules::Coefficients every_stage() {
  rules::Coefficients c;
  c.learning_rate = 0.1f;
  c.epsilon = 1e-8f;
  c.l1 = 0.5f;
  c.l2 = 0.5f;
  c.l2_shrink = 0.95f;
  c.lower_bound = 0.0f;
  return c;
}

TEST(UpdateElement, KeepsNanThroughEveryStage) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const rules::Coefficients c = every_stage();
  for (const auto& [w, g] : {std::pair{kNan, 0.5f}, std::pair{1.0f, kNan}}) {
    float state[2] = {0.0f, 0.0f};
    EXPECT_TRUE(std::isnan(rules::update_element(rules::Sgd{}, c, w, g, state, true)));
    EXPECT_TRUE(std::isnan(rules::update_element(rules::CumulativeSgd{}, c, w, g, state, true)));
    EXPECT_TRUE(std::isnan(rules::update_element(rules::Momentum{}, c, w, g, state, true)));
    EXPECT_TRUE(std::isnan(rules::update_element(rules::Adam{}, c, w, g, state, true)));
    state[0] = 0.0f;
    EXPECT_TRUE(std::isnan(rules::update_element(rules::Adagrad{}, c, w, g, state, true)));
  }
}

TEST(UpdateElement, HoldsAMaskedWeightAtPlusZero) {
  const rules::Coefficients c = every_stage();
  for (const float w : {-3.0f, -0.0f, 2.0f}) {
    float state[2] = {0.0f, 0.0f};
    EXPECT_EQ(bits(rules::update_element(rules::Sgd{}, c, w, 0.5f, state, false)), 0U);
    EXPECT_EQ(bits(rules::update_element(rules::CumulativeSgd{}, c, w, 0.5f, state, false)), 0U);
    EXPECT_EQ(bits(rules::update_element(rules::Momentum{}, c, w, 0.5f, state, false)), 0U);
    state[0] = 0.0f;
    EXPECT_EQ(bits(rules::update_element(rules::Adam{}, c, w, 0.5f, state, false)), 0U);
    state[0] = 0.0f;
    EXPECT_EQ(bits(rules::update_element(rules::Adagrad{}, c, w, 0.5f, state, false)), 0U);
  }
}

// The weight from before the mask was set does not come back, not even one that was no number.
TEST(UpdateElement, HoldsAMaskedNanAtPlusZeroUnderSgd) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(bits(rules::update_element(rules::Sgd{}, every_stage(), kNan, 0.5f, nullptr, false)),
            0U);
}

}  // namespace
}  // namespace curb::testing
