// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The rest of what a Plan promises: groups beside one another, gradients that move, a state that
// goes out and comes in, and a description of itself.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <curb/curb.hpp>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/host/plan/tensor_run.hpp"
#include "tests/rules/float_bits.hpp"
#include "tests/rules/optimizer_kinds.hpp"

namespace curb::testing {
namespace {

using Floats = std::vector<float>;

Floats random_floats(std::size_t count, std::mt19937_64& random) {
  std::normal_distribution<float> normal;
  Floats result(count);
  for (float& value : result) value = normal(random);
  return result;
}

Group regularised(OptimizerKind optimizer) {
  Group group;
  group.name = "group";
  group.modes.optimizer = optimizer;
  group.modes.l2 = rules::L2Mode::prox;
  group.hyperparameters.l1 = 0.1f;
  group.hyperparameters.l2 = 0.1f;
  group.hyperparameters.group_lasso = 0.01f;
  group.hyperparameters.max_norm = 2.0f;
  return group;
}

class PlanState : public ::testing::TestWithParam<OptimizerKind> {};

// The filters are part of the state: a run that forgot them would shrink too little at first.
TEST_P(PlanState, CarriedToANewPlanGoesOnWithTheSameBits) {
  std::mt19937_64 random(1);
  const Group group = regularised(GetParam());
  const Floats start = random_floats(20, random);
  TensorRun through(group, 4, 5, start);
  TensorRun interrupted(group, 4, 5, start);
  Floats weights = start;
  Floats states[2] = {Floats(20, 0.0f), Floats(20, 0.0f)};
  std::vector<GroupState> carried;
  for (int part = 0; part < 3; ++part) {
    Tensor tensor = Tensor::matrix("weight", weights.data(), 4, 5);
    tensor.state[0] = states[0].data();
    tensor.state[1] = states[1].data();
    Plan plan(Device::cpu(), {group}, {tensor});
    if (!carried.empty()) plan.import_state(carried);
    for (int t = 0; t < 10; ++t) {
      const Floats gradient = random_floats(20, random);
      through.step(gradient);
      plan.bind_gradients({gradient.data()});
      plan.step();
    }
    carried = plan.export_state();
  }
  EXPECT_EQ(bits(weights), bits(through.weights()));
  ASSERT_EQ(carried.size(), 1U);
  EXPECT_EQ(carried[0].step, 30U);
}

INSTANTIATE_TEST_SUITE_P(Optimizers, PlanState, ::testing::ValuesIn(kAllOptimizers),
                         [](const auto& kind) { return name_of(kind.param); });

// One plan over tensors of several groups does what a plan for each would.
TEST(Groups, DoNotSeeOneAnother) {
  std::mt19937_64 random(2);
  std::vector<Group> groups;
  std::vector<Floats> weights;
  std::vector<Floats> states;
  for (const OptimizerKind kind :
       {OptimizerKind::adam, OptimizerKind::sgd, OptimizerKind::momentum, OptimizerKind::sgd}) {
    groups.push_back(regularised(kind));
    groups.back().hyperparameters.learning_rate = 0.01f * static_cast<float>(groups.size());
    weights.push_back(random_floats(35, random));
    states.insert(states.end(), 2, Floats(35, 0.0f));
  }
  const std::vector<Floats> start = weights;
  const Floats gradient = random_floats(35, random);
  std::vector<Tensor> tensors;
  for (std::size_t t = 0; t < groups.size(); ++t) {
    tensors.push_back(Tensor::matrix("w", weights[t].data(), 5, 7, t));
    tensors[t].state[0] = states[2 * t].data();
    tensors[t].state[1] = states[2 * t + 1].data();
  }
  Plan plan(Device::cpu(), groups, tensors);
  plan.bind_gradients(std::vector<const void*>(groups.size(), gradient.data()));
  for (int step = 0; step < 5; ++step) plan.step();
  for (std::size_t t = 0; t < groups.size(); ++t) {
    TensorRun alone(groups[t], 5, 7, start[t]);
    for (int step = 0; step < 5; ++step) alone.step(gradient);
    EXPECT_EQ(bits(weights[t]), bits(alone.weights())) << "group " << t;
  }
}

// A bias in a group with every regulariser takes the bare step of the optimiser.
TEST(Biases, AreFreeUnlessAskedFor) {
  for (const OptimizerKind kind : kAllOptimizers) {
    Group group = regularised(kind);
    group.modes.non_negative = true;
    group.hyperparameters.weight_decay = 0.5f;
    Group bare;
    bare.modes.optimizer = kind;
    Floats bias{-3.0f, 0.001f, 4.0f};
    Floats states[2] = {Floats(3, 0.0f), Floats(3, 0.0f)};
    TensorRun expected(bare, 1, 3, bias);
    Tensor tensor = Tensor::vector("bias", bias.data(), 3);
    tensor.state[0] = states[0].data();
    tensor.state[1] = states[1].data();
    const Floats gradient{0.5f, -0.25f, 1.0f};
    Plan plan(Device::cpu(), {group}, {tensor});
    plan.bind_gradients({gradient.data()});
    for (int t = 0; t < 5; ++t) {
      plan.step();
      expected.step(gradient);
    }
    EXPECT_EQ(bits(bias), bits(expected.weights()));
  }
}

TEST(Gradients, MayMoveFromStepToStep) {
  Group group;
  group.hyperparameters.learning_rate = 0.5f;
  float w = 1.0f;
  const float first = 1.0f;
  const float second = -4.0f;
  Plan plan(Device::cpu(), {group}, {Tensor::matrix("w", &w, 1, 1)});
  plan.bind_gradients({&first});
  plan.step();
  EXPECT_EQ(w, 0.5f);
  plan.bind_gradients({&second});
  plan.step();
  EXPECT_EQ(w, 2.5f);
}

TEST(SetHyperparameters, ActsFromTheNextStepOnItsGroupAlone) {
  const std::vector<Group> groups(2);
  float w[2] = {0.0f, 0.0f};
  const float minus_one = -1.0f;
  Plan plan(Device::cpu(), groups,
            {Tensor::matrix("a", &w[0], 1, 1, 0), Tensor::matrix("b", &w[1], 1, 1, 1)});
  plan.bind_gradients({&minus_one, &minus_one});
  Hyperparameters faster;
  faster.learning_rate = 0.5f;
  plan.set_hyperparameters(1, faster);
  plan.step();
  EXPECT_EQ(w[0], Hyperparameters{}.learning_rate);
  EXPECT_EQ(w[1], 0.5f);
}

// Row stages that are reserved and off must change nothing.
TEST(ReservedRowStages, ChangeNoBitUntilTheyAreSwitchedOn) {
  std::mt19937_64 random(3);
  for (const OptimizerKind kind : kAllOptimizers) {
    Group group = regularised(kind);
    group.hyperparameters.group_lasso = 0.0f;
    group.hyperparameters.max_norm = rules::kInfinity;
    const Floats start = random_floats(60, random);
    TensorRun plain(group, 6, 10, start);
    group.reserve_row_stages = true;
    TensorRun reserved(group, 6, 10, start);
    for (int t = 0; t < 5; ++t) {
      const Floats gradient = random_floats(60, random);
      plain.step(gradient);
      reserved.step(gradient);
    }
    EXPECT_EQ(bits(reserved.weights()), bits(plain.weights()));
    EXPECT_EQ(reserved.plan().statistics().clamped_rows, 0U);
    reserved.set([](Hyperparameters& h) { h.max_norm = 0.1f; });
    reserved.step(Floats(60, 0.0f));
    EXPECT_EQ(reserved.plan().statistics().clamped_rows, 6U);
  }
}

TEST(Statistics, CountRowsThatAreNotFiniteAndLeaveThemAlone) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  Group group;
  group.hyperparameters.max_norm = 1.0f;
  TensorRun run(group, 3, 2, {3.0f, 4.0f, kNan, 40.0f, rules::kInfinity, -50.0f});
  run.step(Floats(6, 0.0f));
  EXPECT_EQ(run.plan().statistics().clamped_rows, 1U);
  EXPECT_EQ(run.plan().statistics().non_finite_rows, 2U);
  EXPECT_EQ(run.weights()[3], 40.0f);
  EXPECT_FALSE(std::isfinite(run.weights()[4]));
  EXPECT_EQ(run.weights()[5], -50.0f);
}

TEST(EmptyTensors, AreStepped) {
  Group group;
  group.hyperparameters.max_norm = 1.0f;
  float w[2] = {3.0f, 4.0f};
  const float zero[2] = {0.0f, 0.0f};
  std::vector<Tensor> tensors = {Tensor::matrix("no rows", nullptr, 0, 3),
                                 Tensor::matrix("w", w, 1, 2),
                                 Tensor::matrix("no columns", nullptr, 4, 0)};
  Plan plan(Device::cpu(), {group}, tensors);
  plan.bind_gradients({nullptr, zero, nullptr});
  plan.step();
  EXPECT_NEAR(w[0], 0.6f, 1e-6f);
  EXPECT_EQ(plan.statistics().clamped_rows, 1U);
  Plan nothing(Device::cpu(), {group}, {});
  nothing.step();
  EXPECT_EQ(nothing.export_state()[0].step, 1U);
}

TEST(Plan, MayMove) {
  Group group;
  group.hyperparameters.learning_rate = 1.0f;
  float w = 0.0f;
  const float gradient = -1.0f;
  Plan first(Device::cpu(), {group}, {Tensor::matrix("w", &w, 1, 1)});
  first.bind_gradients({&gradient});
  first.step();
  Plan second = std::move(first);
  second.step();
  EXPECT_EQ(w, 2.0f);
  EXPECT_EQ(second.export_state()[0].step, 2U);
}

TEST(StateCount, IsThatOfTheOptimiser) {
  Modes modes;
  EXPECT_EQ(state_count(modes), 0);
  modes.l1 = rules::L1Mode::cumulative;
  EXPECT_EQ(state_count(modes), 1);
  modes.l1 = rules::L1Mode::prox;
  modes.optimizer = OptimizerKind::momentum;
  EXPECT_EQ(state_count(modes), 1);
  modes.optimizer = OptimizerKind::nesterov;
  EXPECT_EQ(state_count(modes), 1);
  modes.optimizer = OptimizerKind::adam;
  EXPECT_EQ(state_count(modes), 2);
  modes.optimizer = OptimizerKind::adagrad;
  EXPECT_EQ(state_count(modes), 1);
  modes.optimizer = OptimizerKind::rmsprop;
  EXPECT_EQ(state_count(modes), 1);
}

TEST(Describe, NamesTensorsTheirGroupsAndTheBytesOfAStep) {
  Group group = regularised(OptimizerKind::momentum);
  group.name = "hidden";
  std::vector<float> w(6);
  std::vector<float> v(6);
  Tensor tensor = Tensor::matrix("layers.0.weight", w.data(), 2, 3);
  tensor.state[0] = v.data();
  const Plan plan(Device::cpu(), {group}, {tensor});
  const PlanDescription description = plan.describe();
  ASSERT_EQ(description.tensors.size(), 1U);
  EXPECT_EQ(description.tensors[0].tensor, "layers.0.weight");
  EXPECT_EQ(description.tensors[0].group, "hidden");
  EXPECT_EQ(description.tensors[0].tier, "warp_rows");
  EXPECT_EQ(description.tensors[0].parameters, 6);
  // Weight and velocity are read and written, the gradient is read: five floats each.
  EXPECT_EQ(description.tensors[0].bytes, 6 * 5 * 4);
  EXPECT_EQ(description.tensors[0].bytes_read, 6 * 3 * 4);
  EXPECT_EQ(description.tensors[0].bytes_written, 6 * 2 * 4);
  EXPECT_EQ(description.tensors[0].storage, "float32");
  EXPECT_EQ(description.bytes, 6 * 5 * 4);
  EXPECT_EQ(description.bytes_read + description.bytes_written, description.bytes);
  EXPECT_EQ(description.launches, 0);
  EXPECT_DOUBLE_EQ(floor_seconds(description, 1200.0), 0.1);
  const std::string text = to_string(description);
  for (const char* word : {"layers.0.weight", "hidden", "warp_rows", "120 bytes"}) {
    EXPECT_NE(text.find(word), std::string::npos) << word;
  }
}

// Parameter, remainder, gradient and momentum in 16 bits each: 14 bytes a weight.
TEST(Describe, CountsTheBytesOfEveryForm) {
  Group group;
  group.modes.optimizer = OptimizerKind::momentum;
  std::vector<std::uint16_t> memory(4 * 10);
  std::vector<float> floats(2 * 10);
  Tensor tensor = Tensor::matrix("w", nullptr, 2, 5);
  tensor.storage = Storage::bfloat16_remainder;
  tensor.bfloat16 = memory.data();
  tensor.remainder = memory.data() + 10;
  tensor.gradient_type = DataType::bfloat16;
  tensor.state[0] = memory.data() + 20;
  tensor.state_type[0] = DataType::bfloat16;
  const auto bytes = [&](const PlanOptions& options = {}) {
    const PlanDescription::Entry entry =
        Plan(Device::cpu(), {group}, {tensor}, options).describe().tensors[0];
    return std::vector<std::int64_t>{entry.bytes_read / 10, entry.bytes_written / 10};
  };
  using Bytes = std::vector<std::int64_t>;
  EXPECT_EQ(bytes(), (Bytes{2 + 2 + 2 + 2, 2 + 2 + 2}));
  PlanOptions options;
  options.clip_norm = 1.0f;
  options.zero_gradients = true;
  EXPECT_EQ(bytes(options), (Bytes{8 + 2, 6 + 2}));
  tensor.ema = floats.data();
  EXPECT_EQ(bytes(), (Bytes{8 + 4, 6 + 4}));
  tensor.ema = nullptr;
  tensor.storage = Storage::bfloat16_stochastic;
  EXPECT_EQ(bytes(), (Bytes{2 + 2 + 2, 2 + 2}));
  tensor.storage = Storage::bfloat16_master;
  tensor.parameter = floats.data();
  EXPECT_EQ(bytes(), (Bytes{4 + 2 + 2, 4 + 2 + 2}));
}

}  // namespace
}  // namespace curb::testing
