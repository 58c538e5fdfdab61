// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Clipping by the global norm, loss scales, skipped steps, zeroed gradients and averages, through
// the public Plan.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <curb/curb.hpp>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/rules/float_bits.hpp"
#include "tests/rules/optimizer_kinds.hpp"

namespace curb::testing {
namespace {

using Floats = std::vector<float>;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

Floats random_floats(std::size_t count, std::mt19937_64& random) {
  std::normal_distribution<float> normal;
  Floats result(count);
  for (float& value : result) value = normal(random);
  return result;
}

/// Two matrices and a bias in two groups, their states, averages and gradients.
struct Network {
  static constexpr std::array<std::size_t, 3> kSizes = {35, 9000, 7};

  explicit Network(OptimizerKind kind) {
    std::mt19937_64 random(1);
    groups.resize(2);
    for (Group& group : groups) {
      group.modes.optimizer = kind;
      group.hyperparameters.l1 = 0.01f;
      group.hyperparameters.max_norm = 3.0f;
      group.hyperparameters.ema_decay = 0.75f;
    }
    groups[1].hyperparameters.gradient_scale = 0.5f;
    for (const std::size_t size : kSizes) {
      weights.push_back(random_floats(size, random));
      gradients.push_back(random_floats(size, random));
      states.push_back({Floats(size, 0.0f), Floats(size, 0.0f)});
    }
  }

  std::vector<Tensor> tensors() {
    std::vector<Tensor> result = {Tensor::matrix("a", weights[0].data(), 5, 7, 0),
                                  Tensor::matrix("b", weights[1].data(), 2, 4500, 1),
                                  Tensor::vector("c", weights[2].data(), 7, 1)};
    for (std::size_t t = 0; t < result.size(); ++t) {
      result[t].state[0] = states[t][0].data();
      result[t].state[1] = states[t][1].data();
    }
    return result;
  }

  std::vector<const void*> pointers() const {
    return {gradients[0].data(), gradients[1].data(), gradients[2].data()};
  }

  /// Of the scaled gradients, in double.
  double norm() const {
    double squared = 0.0;
    for (std::size_t t = 0; t < gradients.size(); ++t) {
      const double scale =
          static_cast<double>(groups[t == 0 ? 0 : 1].hyperparameters.gradient_scale);
      for (const float g : gradients[t]) squared += std::pow(scale * static_cast<double>(g), 2);
    }
    return std::sqrt(squared);
  }

  std::vector<Group> groups;
  std::vector<Floats> weights;
  std::vector<Floats> gradients;
  std::vector<std::array<Floats, 2>> states;
};

/// Every bit that a step may change.
std::vector<std::vector<std::uint32_t>> all_bits(const Network& network) {
  std::vector<std::vector<std::uint32_t>> result;
  for (std::size_t t = 0; t < network.weights.size(); ++t) {
    result.push_back(bits(network.weights[t]));
    for (const Floats& state : network.states[t]) result.push_back(bits(state));
  }
  return result;
}

class Guard : public ::testing::TestWithParam<OptimizerKind> {};

// A gradient above the limit takes the step that a gradient multiplied by limit / norm takes, and
// that multiplication is one of the scales.
TEST_P(Guard, ClipsAsAScaleOfEveryGroupWould) {
  Network clipped(GetParam());
  PlanOptions options;
  options.clip_norm = 2.0f;
  Plan plan(Device::cpu(), clipped.groups, clipped.tensors(), options);
  plan.bind_gradients(clipped.pointers());
  plan.step();
  EXPECT_NEAR(plan.statistics().gradient_norm, clipped.norm(), 1e-12 * clipped.norm());

  Network scaled(GetParam());
  for (Group& group : scaled.groups) {
    float& scale = group.hyperparameters.gradient_scale;
    scale = static_cast<float>(static_cast<double>(scale) * (2.0 / scaled.norm()));
  }
  scaled.groups[1].hyperparameters.gradient_scale =
      static_cast<float>(0.5 * (2.0 / clipped.norm()));
  Plan expected(Device::cpu(), scaled.groups, scaled.tensors());
  expected.bind_gradients(scaled.pointers());
  expected.step();
  EXPECT_EQ(all_bits(clipped), all_bits(scaled));
}

TEST_P(Guard, LeavesAShortGradientAlone) {
  Network guarded(GetParam());
  PlanOptions options;
  options.clip_norm = 1.5f * static_cast<float>(guarded.norm());
  options.skip_non_finite = true;
  Plan plan(Device::cpu(), guarded.groups, guarded.tensors(), options);
  plan.bind_gradients(guarded.pointers());
  Network free(GetParam());
  Plan expected(Device::cpu(), free.groups, free.tensors());
  expected.bind_gradients(free.pointers());
  for (int t = 0; t < 3; ++t) {
    plan.step();
    expected.step();
  }
  EXPECT_EQ(all_bits(guarded), all_bits(free));
  EXPECT_EQ(*plan.found_inf(), 0.0f);
  EXPECT_EQ(expected.found_inf(), nullptr);
}

// Weights, states, the count of the steps and the filters stay as they are, and the next step is
// what it would have been.
TEST_P(Guard, SkipsAStepThatIsNotFiniteWhole) {
  for (const float bad : {kNan, rules::kInfinity, -rules::kInfinity}) {
    Network network(GetParam());
    PlanOptions options;
    options.skip_non_finite = true;
    Plan plan(Device::cpu(), network.groups, network.tensors(), options);
    plan.bind_gradients(network.pointers());
    plan.step();
    const auto before = all_bits(network);
    float& last = network.gradients[1].back();
    const float good = last;
    last = bad;
    plan.step();
    EXPECT_EQ(all_bits(network), before);
    EXPECT_EQ(*plan.found_inf(), 1.0f);
    EXPECT_EQ(plan.statistics().skipped_steps, 1U);
    EXPECT_EQ(plan.export_state()[0].step, 1U);
    last = good;
    plan.step();
    EXPECT_EQ(*plan.found_inf(), 0.0f);

    Network twice(GetParam());
    Plan expected(Device::cpu(), twice.groups, twice.tensors());
    expected.bind_gradients(twice.pointers());
    expected.step();
    expected.step();
    EXPECT_EQ(all_bits(network), all_bits(twice));
    EXPECT_EQ(plan.export_state()[1].l1, expected.export_state()[1].l1);
  }
}

TEST_P(Guard, SkipsWhatTheCallerSays) {
  Network network(GetParam());
  float found = 1.0f;
  PlanOptions options;
  options.found_inf = &found;
  Plan plan(Device::cpu(), network.groups, network.tensors(), options);
  plan.bind_gradients(network.pointers());
  const auto before = all_bits(network);
  plan.step();
  EXPECT_EQ(all_bits(network), before);
  found = 0.0f;
  plan.step();
  EXPECT_NE(all_bits(network), before);
  EXPECT_EQ(plan.statistics().skipped_steps, 1U);
}

// A power of two, as loss scales are, is undone exactly.
TEST_P(Guard, DividesByTheLossScaleThatItReads) {
  Network scaled(GetParam());
  for (Floats& gradient : scaled.gradients) {
    for (float& g : gradient) g *= 1024.0f;
  }
  float loss_scale = 1024.0f;
  PlanOptions options;
  options.loss_scale = &loss_scale;
  options.clip_norm = 1000.0f;  // met by the scaled gradient, not by the gradient
  Plan plan(Device::cpu(), scaled.groups, scaled.tensors(), options);
  plan.bind_gradients(scaled.pointers());
  plan.step();
  Network plain(GetParam());
  Plan expected(Device::cpu(), plain.groups, plain.tensors());
  expected.bind_gradients(plain.pointers());
  expected.step();
  EXPECT_EQ(all_bits(scaled), all_bits(plain));
  EXPECT_NEAR(plan.statistics().gradient_norm, plain.norm(), 1e-12 * plain.norm());
  loss_scale = 512.0f;
  for (Floats& gradient : scaled.gradients) {
    for (float& g : gradient) g /= 2.0f;
  }
  plan.step();
  expected.step();
  EXPECT_EQ(all_bits(scaled), all_bits(plain));
}

TEST_P(Guard, LeavesGradientsZeroAfterSkippedStepsToo) {
  Network network(GetParam());
  PlanOptions options;
  options.skip_non_finite = true;
  options.zero_gradients = true;
  Plan plan(Device::cpu(), network.groups, network.tensors(), options);
  std::vector<void*> pointers;
  for (Floats& gradient : network.gradients) pointers.push_back(gradient.data());
  plan.bind_writable_gradients(pointers);
  const std::vector<Floats> gradients = network.gradients;
  for (const bool finite : {true, false}) {
    network.gradients = gradients;
    if (!finite) network.gradients[0][3] = kNan;
    ASSERT_EQ(network.gradients[1].data(), pointers[1]);
    plan.step();
    for (const Floats& gradient : network.gradients) {
      EXPECT_EQ(bits(gradient), std::vector<std::uint32_t>(gradient.size(), 0U));
    }
  }
  Network plain(GetParam());
  Plan expected(Device::cpu(), plain.groups, plain.tensors());
  expected.bind_gradients(plain.pointers());
  expected.step();
  EXPECT_EQ(all_bits(network), all_bits(plain));
}

// After max-norm: the average of rows inside the ball is inside.
TEST_P(Guard, AveragesTheWeightsAsTheyAreStored) {
  Network network(GetParam());
  std::vector<Floats> averages = network.weights;
  std::vector<Tensor> tensors = network.tensors();
  for (std::size_t t = 0; t < tensors.size(); ++t) tensors[t].ema = averages[t].data();
  Plan plan(Device::cpu(), network.groups, tensors);
  plan.bind_gradients(network.pointers());
  std::vector<std::vector<double>> expected;
  for (const Floats& average : averages) expected.emplace_back(average.begin(), average.end());
  for (int step = 0; step < 4; ++step) {
    plan.step();
    for (std::size_t t = 0; t < averages.size(); ++t) {
      for (std::size_t i = 0; i < averages[t].size(); ++i) {
        expected[t][i] += 0.25 * (static_cast<double>(network.weights[t][i]) - expected[t][i]);
        ASSERT_NEAR(averages[t][i], expected[t][i], 1e-6);
      }
    }
  }
  Network plain(GetParam());
  Plan without(Device::cpu(), plain.groups, plain.tensors());
  without.bind_gradients(plain.pointers());
  for (int step = 0; step < 4; ++step) without.step();
  EXPECT_EQ(all_bits(network), all_bits(plain));
}

INSTANTIATE_TEST_SUITE_P(Optimizers, Guard, ::testing::ValuesIn(kAllOptimizers),
                         [](const auto& kind) { return name_of(kind.param); });

// A pruned weight's gradient is no part of the problem, and what is wrong with it does not matter.
TEST(GradientNorm, LeavesOutMaskedWeights) {
  Floats weights(3, 1.0f);
  const Floats gradient{3.0f, kNan, 4.0f};
  const std::vector<std::uint8_t> mask{1, 0, 1};
  Tensor tensor = Tensor::matrix("w", weights.data(), 1, 3);
  tensor.mask = mask.data();
  PlanOptions options;
  options.clip_norm = 2.5f;
  options.skip_non_finite = true;
  Group group;
  group.hyperparameters.learning_rate = 1.0f;
  Plan plan(Device::cpu(), {group}, {tensor}, options);
  plan.bind_gradients({gradient.data()});
  plan.step();
  EXPECT_EQ(plan.statistics().gradient_norm, 5.0);
  EXPECT_EQ(weights, (Floats{-0.5f, 0.0f, -1.0f}));
}

// The sum goes over runs of 4,096 elements in a fixed order, whoever takes them.
TEST(GradientNorm, HasTheSameBitsForEveryNumberOfThreads) {
  std::mt19937_64 random(2);
  Floats weights(700'000, 0.0f);
  const Floats gradient = random_floats(weights.size(), random);
  std::vector<double> norms;
  for (const int threads : {1, 2, 7}) {
    PlanOptions options;
    options.clip_norm = 1.0f;
    Plan plan(Device::cpu(threads), {Group{}}, {Tensor::matrix("w", weights.data(), 700, 1000)},
              options);
    plan.bind_gradients({gradient.data()});
    plan.step();
    norms.push_back(plan.statistics().gradient_norm);
  }
  EXPECT_GT(norms[0], 800.0);
  EXPECT_EQ(norms[0], norms[1]);
  EXPECT_EQ(norms[0], norms[2]);
}

// Gradients of 16 bits are squared as what they stand for.
TEST(GradientNorm, OfNarrowGradients) {
  for (const DataType type : {DataType::bfloat16, DataType::float16}) {
    float weight = 0.0f;
    const std::uint16_t minus_two = 0xc000;  // in both
    Tensor tensor = Tensor::matrix("w", &weight, 1, 1);
    tensor.gradient_type = type;
    PlanOptions options;
    options.clip_norm = 1.0f;
    Group group;
    group.hyperparameters.learning_rate = 1.0f;
    Plan plan(Device::cpu(), {group}, {tensor}, options);
    plan.bind_gradients({&minus_two});
    plan.step();
    EXPECT_EQ(plan.statistics().gradient_norm, 2.0);
    EXPECT_EQ(weight, 1.0f);
  }
}

}  // namespace
}  // namespace curb::testing
