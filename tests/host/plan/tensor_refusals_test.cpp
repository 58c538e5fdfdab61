// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a plan refuses of its tensors, each by a message that names the tensor and the field.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/host/plan/refused_plan.hpp"
#include "tests/rules/optimizer_kinds.hpp"

namespace curb::testing {
namespace {

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

std::vector<Refusal> stored_type_refusals() {
  std::vector<Refusal> result;
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
  return result;
}

class TensorsAreRefused : public ::testing::TestWithParam<Refusal> {};

TEST_P(TensorsAreRefused, ByName) {
  Inputs inputs;
  GetParam().spoil(inputs);
  expect_words(refusal([&inputs] { inputs.plan(); }), GetParam().words);
}

INSTANTIATE_TEST_SUITE_P(Arrays, TensorsAreRefused, ::testing::ValuesIn(tensor_refusals()),
                         refusal_name);
INSTANTIATE_TEST_SUITE_P(StoredTypes, TensorsAreRefused,
                         ::testing::ValuesIn(stored_type_refusals()), refusal_name);

// States that the optimiser does not have, and anything of an empty tensor, may be null.
TEST(TensorRefusals, AskForNoMemoryThatIsNotUsed) {
  Inputs inputs;
  inputs.tensors[0].state[0] = nullptr;
  inputs.tensors[0].state[1] = nullptr;
  inputs.tensors[0].mask = nullptr;
  inputs.tensors[1] = Tensor::matrix("empty", nullptr, 0, 5);
  Plan plan = inputs.plan();
  plan.bind_gradients({inputs.gradients()[0], nullptr});
  EXPECT_EQ(refusal([&plan] { plan.step(); }), "");
}

// A row that waits in memory between two passes must come back as it was.
TEST(TensorRefusals, OfLongRowsThatBfloat16AloneWouldHold) {
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

}  // namespace
}  // namespace curb::testing
