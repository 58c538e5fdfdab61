// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a plan refuses, each by a message that names the tensor or group and the field.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <curb/curb.hpp>
#include <functional>
#include <limits>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "tests/rules/optimizer_kinds.hpp"

namespace curb::testing {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr std::int64_t kRows = 2;
constexpr std::int64_t kColumns = 3;

// Two tensors in one group, with nothing wrong: each refusal spoils one thing.
struct Inputs {
  Inputs() {
    group.name = "hidden";
    for (std::size_t t = 0; t < tensors.size(); ++t) {
      tensors[t] =
          Tensor::matrix(t == 0 ? "first" : "second", memory[t][0].data(), kRows, kColumns);
      tensors[t].state[0] = memory[t][1].data();
      tensors[t].state[1] = memory[t][2].data();
      tensors[t].mask = masks[t].data();
    }
  }
  Inputs(const Inputs&) = delete;  // the tensors point into the members
  Inputs& operator=(const Inputs&) = delete;

  Plan plan() const { return Plan(Device::cpu(), {group}, {tensors.begin(), tensors.end()}); }

  std::vector<const void*> gradients() const { return {memory[0][3].data(), memory[1][3].data()}; }

  Hyperparameters& h() { return group.hyperparameters; }

  // Per tensor: parameter, two states, gradient. Room for one more row.
  std::array<std::array<std::array<float, (kRows + 1) * kColumns>, 4>, 2> memory{};
  std::array<std::array<std::uint8_t, (kRows + 1) * kColumns>, 2> masks{};
  Group group;
  std::array<Tensor, 2> tensors;
};

// The message of the Error that `act` throws, or an empty string.
std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

void expect_words(const std::string& message, const std::vector<std::string>& words) {
  EXPECT_FALSE(message.empty()) << "not refused";
  for (const std::string& word : words) {
    EXPECT_NE(message.find(word), std::string::npos)
        << "'" << message << "' lacks '" << word << "'";
  }
}

struct Refusal {
  std::string name;
  std::function<void(Inputs&)> spoil;
  std::vector<std::string> words;
};

void PrintTo(const Refusal& r, std::ostream* out) { *out << r.name; }

std::vector<Refusal> tensor_refusals() {
  return {
      {"null_parameter",
       [](Inputs& s) { s.tensors[1].parameter = nullptr; },
       {"tensor 'second'", "parameter is null"}},
      {"null_first_state",
       [](Inputs& s) {
         s.group.modes.optimizer = OptimizerKind::momentum;
         s.tensors[1].state[0] = nullptr;
       },
       {"tensor 'second'", "state[0] is null"}},
      {"null_second_state",
       [](Inputs& s) {
         s.group.modes.optimizer = OptimizerKind::adam;
         s.tensors[0].state[1] = nullptr;
       },
       {"tensor 'first'", "state[1] is null"}},
      {"null_state_of_cumulative_l1",
       [](Inputs& s) {
         s.group.modes.l1 = rules::L1Mode::cumulative;
         s.tensors[0].state[0] = nullptr;
       },
       {"tensor 'first'", "state[0] is null"}},
      {"overlapping_parameters",
       [](Inputs& s) { s.tensors[1].parameter = s.tensors[0].parameter + kRows * kColumns - 1; },
       {"tensor 'first' (parameter)", "overlaps", "tensor 'second' (parameter)"}},
      {"parameter_in_another_state",
       [](Inputs& s) {
         s.group.modes.optimizer = OptimizerKind::momentum;
         s.tensors[0].parameter = static_cast<float*>(s.tensors[1].state[0]);
       },
       {"tensor 'first' (parameter)", "overlaps", "tensor 'second' (state[0])"}},
      {"states_of_one_tensor",
       [](Inputs& s) {
         s.group.modes.optimizer = OptimizerKind::adam;
         s.tensors[1].state[1] = s.tensors[1].state[0];
       },
       {"tensor 'second' (state[0])", "tensor 'second' (state[1])", "overlaps"}},
      {"overlap_by_the_leading_dimension",
       [](Inputs& s) {
         s.tensors[0].rows = 1;
         s.tensors[0].columns = 2;
         s.tensors[1].columns = 2;
         s.tensors[1].leading_dimension = 5;  // its second row begins inside the first tensor
         s.tensors[1].parameter = s.tensors[0].parameter + 4;
         s.tensors[0].parameter += 9;
       },
       {"tensor 'first' (parameter)", "overlaps", "tensor 'second' (parameter)"}},
      {"mask_over_a_parameter",
       [](Inputs& s) {
         s.tensors[0].mask = reinterpret_cast<const std::uint8_t*>(s.tensors[1].parameter) + 5;
       },
       {"tensor 'first' (mask)", "overlaps", "tensor 'second' (parameter)"}},
      {"null_bfloat16_weights",
       [](Inputs& s) { s.tensors[1].storage = Storage::bfloat16_master; },
       {"tensor 'second'", "bfloat16 is null"}},
      {"null_remainder",
       [](Inputs& s) {
         s.tensors[0].storage = Storage::bfloat16_remainder;
         s.tensors[0].bfloat16 = reinterpret_cast<std::uint16_t*>(s.tensors[0].parameter);
       },
       {"tensor 'first'", "remainder is null"}},
      {"average_over_a_parameter",
       [](Inputs& s) { s.tensors[0].ema = s.tensors[1].parameter; },
       {"tensor 'first' (ema)", "overlaps", "tensor 'second' (parameter)"}},
      {"bfloat16_beyond_its_memory",
       [](Inputs& s) {
         s.tensors[0].storage = Storage::bfloat16_stochastic;
         s.tensors[0].bfloat16 = reinterpret_cast<std::uint16_t*>(s.tensors[1].parameter) - 5;
       },
       {"tensor 'first' (bfloat16)", "overlaps", "tensor 'second' (parameter)"}},
      {"misaligned_parameter",
       [](Inputs& s) {
         s.tensors[0].parameter =
             reinterpret_cast<float*>(reinterpret_cast<std::uintptr_t>(s.tensors[0].parameter) + 2);
       },
       {"tensor 'first'", "parameter is not aligned"}},
      {"group_index",
       [](Inputs& s) { s.tensors[1].group = 1; },
       {"tensor 'second'", "group index 1", "1 groups"}},
      {"negative_rows",
       [](Inputs& s) { s.tensors[1].rows = -2; },
       {"tensor 'second'", "negative shape", "-2 x 3"}},
      {"negative_columns",
       [](Inputs& s) { s.tensors[1].columns = -1; },
       {"tensor 'second'", "negative shape", "2 x -1"}},
      {"short_leading_dimension",
       [](Inputs& s) { s.tensors[0].leading_dimension = 2; },
       {"tensor 'first'", "leading_dimension 2", "3 columns"}},
      {"negative_leading_dimension",
       [](Inputs& s) { s.tensors[0].leading_dimension = -3; },
       {"tensor 'first'", "leading_dimension -3"}},
      {"too_many_elements",
       [](Inputs& s) {
         s.tensors[0].rows = std::int64_t{1} << 40;
         s.tensors[0].columns = std::int64_t{1} << 40;
       },
       {"tensor 'first'", "more elements"}},
  };
}

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

std::vector<Refusal> combination_refusals() {
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
  for (const OptimizerKind kind :
       {OptimizerKind::adam, OptimizerKind::adagrad, OptimizerKind::rmsprop}) {
    const int squares = kind == OptimizerKind::adam ? 1 : 0;
    result.push_back({std::string("bfloat16_squares_of_") + name_of(kind),
                      [kind, squares](Inputs& s) {
                        s.group.modes.optimizer = kind;
                        s.tensors[1].state_type[squares] = DataType::bfloat16;
                      },
                      {"tensor 'second'", "squared gradients", "never decay",
                       "state[" + std::to_string(squares) + "]"}});
  }
  result.push_back({"bfloat16_first_moment",
                    [](Inputs& s) {
                      s.group.modes.optimizer = OptimizerKind::adam;
                      s.tensors[0].state_type[0] = DataType::bfloat16;
                    },
                    {"tensor 'first'", "state[0]", "velocity of momentum and nesterov"}});
  result.push_back({"float16_velocity",
                    [](Inputs& s) {
                      s.group.modes.optimizer = OptimizerKind::momentum;
                      s.tensors[0].state_type[0] = DataType::float16;
                    },
                    {"tensor 'first'", "state[0]", "float16", "65504"}});
  result.push_back({"group_over_outgoing_with_max_norm",
                    [](Inputs& s) {
                      s.group.group_lasso_over = GroupLassoOver::outgoing;
                      s.h().group_lasso = 0.1f;
                      s.h().max_norm = 1.0f;
                    },
                    {"group 'hidden'", "outgoing", "max_norm", "no exact sequential form"}});
  return result;
}

std::string name_of(const ::testing::TestParamInfo<Refusal>& r) { return r.param.name; }

class PlanRefuses : public ::testing::TestWithParam<Refusal> {};

TEST_P(PlanRefuses, ByName) {
  Inputs inputs;
  GetParam().spoil(inputs);
  expect_words(refusal([&inputs] { inputs.plan(); }), GetParam().words);
}

INSTANTIATE_TEST_SUITE_P(Tensors, PlanRefuses, ::testing::ValuesIn(tensor_refusals()), name_of);
INSTANTIATE_TEST_SUITE_P(Groups, PlanRefuses, ::testing::ValuesIn(group_refusals()), name_of);
INSTANTIATE_TEST_SUITE_P(Combinations, PlanRefuses, ::testing::ValuesIn(combination_refusals()),
                         name_of);

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
                         name_of);

TEST(Refusals, LeaveAGoodPlanAlone) {
  for (const OptimizerKind kind : kAllOptimizers) {
    Inputs inputs;
    inputs.group.modes.optimizer = kind;
    inputs.h().max_norm = 1.0f;
    inputs.h().group_lasso = 0.1f;
    EXPECT_EQ(refusal([&inputs] { inputs.plan(); }), "");
  }
}

// States that the optimiser does not have, and anything of an empty tensor, may be null.
TEST(Refusals, AskForNoMemoryThatIsNotUsed) {
  Inputs inputs;
  inputs.tensors[0].state[0] = nullptr;
  inputs.tensors[0].state[1] = nullptr;
  inputs.tensors[0].mask = nullptr;
  inputs.tensors[1] = Tensor::matrix("empty", nullptr, 0, 5);
  Plan plan = inputs.plan();
  plan.bind_gradients({inputs.gradients()[0], nullptr});
  EXPECT_EQ(refusal([&plan] { plan.step(); }), "");
}

TEST(Refusals, OfAPlanWithoutGroups) {
  expect_words(refusal([] { Plan(Device::cpu(), {}, {}); }), {"at least one group"});
}

TEST(Refusals, OfAClipNormThatIsNone) {
  Inputs inputs;
  for (const float clip_norm : {0.0f, -1.0f, kNan}) {
    PlanOptions options;
    options.clip_norm = clip_norm;
    expect_words(
        refusal([&] { Plan(Device::cpu(), {inputs.group}, {inputs.tensors[0]}, options); }),
        {"clip_norm must be positive"});
  }
}

// A row that waits in memory between two passes must come back as it was.
TEST(Refusals, OfLongRowsThatBfloat16AloneWouldHold) {
  std::vector<std::uint16_t> memory(9000);
  Group group;
  group.hyperparameters.max_norm = 1.0f;
  Tensor tensor = Tensor::matrix("long", nullptr, 1, 8193);
  tensor.storage = Storage::bfloat16_stochastic;
  tensor.bfloat16 = memory.data();
  const auto build = [&] { Plan(Device::cpu(), {group}, {tensor}); };
  expect_words(refusal(build), {"tensor 'long'", "8192", "bfloat16_remainder"});
  tensor.columns = 8192;
  EXPECT_EQ(refusal(build), "");
  std::swap(tensor.rows, tensor.columns);
  tensor.incoming = Incoming::column;
  expect_words(refusal(build), {"tensor 'long'", "512", "bfloat16_remainder"});
  group.hyperparameters.max_norm = kInfinity;
  EXPECT_EQ(refusal(build), "");
}

TEST(Refusals, OfGradientsThatMayNotBeWritten) {
  Inputs inputs;
  PlanOptions options;
  options.zero_gradients = true;
  Plan zeroing(Device::cpu(), {inputs.group}, {inputs.tensors[0]}, options);
  expect_words(refusal([&] { zeroing.bind_gradients({inputs.gradients()[0]}); }),
               {"bind_gradients", "bind_writable_gradients"});
  Plan reading = inputs.plan();
  expect_words(refusal([&] {
                 reading.bind_writable_gradients({nullptr, nullptr});
               }),
               {"bind_writable_gradients", "does not zero"});
}

TEST(Refusals, OfAStepBeforeGradients) {
  Inputs inputs;
  Plan plan = inputs.plan();
  expect_words(refusal([&plan] { plan.step(); }), {"step", "gradients"});
}

TEST(Refusals, OfGradients) {
  Inputs inputs;
  Plan plan = inputs.plan();
  std::vector<const void*> gradients = inputs.gradients();
  gradients.pop_back();
  expect_words(refusal([&] { plan.bind_gradients(gradients); }),
               {"bind_gradients", "1 gradients", "2 tensors"});
  gradients.push_back(nullptr);
  expect_words(refusal([&] { plan.bind_gradients(gradients); }),
               {"bind_gradients", "tensor 'second'", "null"});
  // A refused binding is none.
  expect_words(refusal([&plan] { plan.step(); }), {"step", "gradients"});
}

TEST(Refusals, OfGroupIndices) {
  Inputs inputs;
  Plan plan = inputs.plan();
  expect_words(refusal([&] { plan.set_hyperparameters(1, Hyperparameters{}); }),
               {"set_hyperparameters", "group index 1", "1 groups"});
  expect_words(refusal([&plan] { plan.import_state({}); }),
               {"import_state", "0 states", "1 groups"});
}

// Whether rows are held together is decided once.
TEST(Refusals, OfRowStagesThatWereNotReserved) {
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
