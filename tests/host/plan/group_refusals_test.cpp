// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a plan refuses of its groups, when it is made and later, each by a message that names the
// group and the field.
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "tests/host/plan/refused_plan.hpp"
#include "tests/rules/optimizer_kinds.hpp"

namespace curb::testing {
namespace {

std::vector<Refusal> group_refusals() {
  using Field = float Hyperparameters::*;
  struct OutOfRange {
    const char* field;
    Field member;
    std::vector<float> values;
  };
  const std::vector<OutOfRange> fields = {
      {"learning_rate", &Hyperparameters::learning_rate, {-0.1f, kNan, kInfinity}},
      {"momentum", &Hyperparameters::momentum, {-0.1f, 1.0f, kNan}},
      {"beta1", &Hyperparameters::beta1, {-0.1f, 1.0f, kNan}},
      {"beta2", &Hyperparameters::beta2, {-0.1f, 1.0f, kNan}},
      {"epsilon", &Hyperparameters::epsilon, {0.0f, -1e-8f, kNan, kInfinity}},
      {"l1", &Hyperparameters::l1, {-1e-9f, kNan, kInfinity}},
      {"l2", &Hyperparameters::l2, {-1e-9f, kNan, kInfinity}},
      {"weight_decay", &Hyperparameters::weight_decay, {-0.1f, kNan, kInfinity, 101.0f}},
      {"group_lasso", &Hyperparameters::group_lasso, {-1e-9f, kNan, kInfinity}},
      {"max_norm", &Hyperparameters::max_norm, {0.0f, -1.0f, kNan}},
      {"ema_decay", &Hyperparameters::ema_decay, {-0.1f, 1.1f, kNan}},
      {"gradient_scale", &Hyperparameters::gradient_scale, {kNan, kInfinity, -kInfinity}},
  };
  std::vector<Refusal> result;
  for (const OutOfRange& field : fields) {
    for (std::size_t i = 0; i < field.values.size(); ++i) {
      const float value = field.values[i];
      result.push_back({std::string(field.field) + "_" + std::to_string(i),
                        [member = field.member, value](Inputs& s) { s.h().*member = value; },
                        {"group 'hidden'", field.field}});
    }
  }
  return result;
}

std::vector<Refusal> mode_refusals() {
  std::vector<Refusal> result;
  for (const OptimizerKind kind : kAllOptimizers) {
    if (kind == OptimizerKind::sgd) continue;
    result.push_back({std::string("cumulative_with_") + name_of(kind),
                      [kind](Inputs& s) {
                        s.group.modes.optimizer = kind;
                        s.group.modes.l1 = rules::L1Mode::cumulative;
                      },
                      {"group 'hidden'", "cumulative L1", "plain SGD"}});
  }
  result.push_back({"group_over_outgoing_with_max_norm",
                    [](Inputs& s) {
                      s.group.group_lasso_over = GroupLassoOver::outgoing;
                      s.h().group_lasso = 0.1f;
                      s.h().max_norm = 1.0f;
                    },
                    {"group 'hidden'", "outgoing", "max_norm", "no exact sequential form"}});
  return result;
}

class GroupsAreRefused : public ::testing::TestWithParam<Refusal> {};

TEST_P(GroupsAreRefused, ByName) {
  Inputs inputs;
  GetParam().spoil(inputs);
  expect_words(refusal([&inputs] { inputs.plan(); }), GetParam().words);
}

INSTANTIATE_TEST_SUITE_P(Hyperparameters, GroupsAreRefused, ::testing::ValuesIn(group_refusals()),
                         refusal_name);
INSTANTIATE_TEST_SUITE_P(Modes, GroupsAreRefused, ::testing::ValuesIn(mode_refusals()),
                         refusal_name);

// The same ranges hold for a plan that runs already, and a refused value changes nothing.
class SetHyperparametersRefuses : public ::testing::TestWithParam<Refusal> {};

TEST_P(SetHyperparametersRefuses, ByName) {
  Inputs inputs;
  inputs.group.reserve_row_stages = true;
  inputs.memory[0][3].fill(1.0f);
  Plan plan = inputs.plan();
  plan.bind_gradients(inputs.gradients());
  inputs.h().learning_rate = 0.5f;
  plan.set_hyperparameters(0, inputs.h());
  inputs.h().learning_rate = 0.01f;  // under which a weight_decay of 101 is out of range
  GetParam().spoil(inputs);
  expect_words(refusal([&] { plan.set_hyperparameters(0, inputs.h()); }), GetParam().words);
  inputs.masks[0].fill(1);
  plan.step();
  EXPECT_EQ(inputs.memory[0][0][0], -0.5f);
}

INSTANTIATE_TEST_SUITE_P(Groups, SetHyperparametersRefuses, ::testing::ValuesIn(group_refusals()),
                         refusal_name);

TEST(GroupRefusals, LeaveAGoodPlanAlone) {
  for (const OptimizerKind kind : kAllOptimizers) {
    Inputs inputs;
    inputs.group.modes.optimizer = kind;
    inputs.h().max_norm = 1.0f;
    inputs.h().group_lasso = 0.1f;
    EXPECT_EQ(refusal([&inputs] { inputs.plan(); }), "");
  }
}

TEST(GroupRefusals, OfAPlanWithoutGroups) {
  expect_words(refusal([] { Plan(Device::cpu(), {}, {}); }), {"at least one group"});
}

TEST(GroupRefusals, OfGroupIndices) {
  Inputs inputs;
  Plan plan = inputs.plan();
  expect_words(refusal([&] { plan.set_hyperparameters(1, Hyperparameters{}); }),
               {"set_hyperparameters", "group index 1", "1 groups"});
  expect_words(refusal([&plan] { plan.import_state({}); }),
               {"import_state", "0 states", "1 groups"});
}

// Whether rows are held together is decided once.
TEST(GroupRefusals, OfRowStagesThatWereNotReserved) {
  for (const bool by_max_norm : {false, true}) {
    Inputs inputs;
    Plan plan = inputs.plan();
    (by_max_norm ? inputs.h().max_norm : inputs.h().group_lasso) = 1.0f;
    expect_words(refusal([&] { plan.set_hyperparameters(0, inputs.h()); }),
                 {"group 'hidden'", "reserve_row_stages"});
    inputs.group.hyperparameters = Hyperparameters{};
    inputs.group.reserve_row_stages = true;
    Plan reserved = inputs.plan();
    (by_max_norm ? inputs.h().max_norm : inputs.h().group_lasso) = 1.0f;
    EXPECT_EQ(refusal([&] { reserved.set_hyperparameters(0, inputs.h()); }), "");
  }
}

}  // namespace
}  // namespace curb::testing
