// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The host's tiles of mixed tensors, for every instruction set, against the serial step in every
// form of storage: the same truth as the kernels have (tests/kernels/update_mixed_test.cpp).
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <curb/rules/stochastic_rounding.hpp>
#include <optional>
#include <string>
#include <vector>

#include "host/plan/host_step.hpp"
#include "tests/kernels/combinations.hpp"
#include "tests/kernels/serial_step.hpp"
#include "tests/kernels/stored_tensor.hpp"
#include "tests/kernels/values.hpp"

namespace curb::testing {
namespace {

using kernels::Incoming;
using kernels::Tier;

template <class T>
T* data_or_null(std::vector<T>& values) {
  return values.empty() ? nullptr : values.data();
}

/// Steps `tensor` by one item that is all of it.
kernels::RowStatistics run(const plan::HostStep& step, kernels::UpdateKind kind, Tier tier,
                           const rules::Coefficients& c, rules::RandomKey key,
                           StoredTensor& tensor) {
  kernels::TensorView view = view_without_arrays(tensor, key);
  view.weight = data_or_null(tensor.wide.weight);
  view.state[0] = data_or_null(tensor.wide.state[0]);
  view.state[1] = data_or_null(tensor.wide.state[1]);
  view.mask = data_or_null(tensor.wide.mask);
  view.bfloat16 = data_or_null(tensor.bfloat16);
  view.remainder = data_or_null(tensor.remainder);
  view.velocity = data_or_null(tensor.velocity);
  view.average = data_or_null(tensor.average);
  const void* gradient = data_or_null(tensor.wide.gradient);
  if (gradient == nullptr) gradient = data_or_null(tensor.gradient);

  const auto size = static_cast<std::size_t>(plan::host_tile_size(view, tier));
  std::vector<float> floats(4 * size);
  std::vector<std::uint8_t> mask(size);
  const plan::HostScratch scratch{floats.data(),
                                  floats.data() + size,
                                  {floats.data() + 2 * size, floats.data() + 3 * size},
                                  mask.data()};
  const std::int64_t count = tier == Tier::elements  ? view.columns
                             : tier == Tier::columns ? view.columns
                                                     : view.rows;
  kernels::RowStatistics statistics{};
  step.run_item(kind, tier, {&view, &gradient, &c}, {0, static_cast<std::int32_t>(count), 0},
                scratch, statistics);
  return statistics;
}

/// `rows`: how the tensor's rows lie; none: its elements are stepped one by one.
void expect_equal_to_serial(const Combination& combination, const Form& form,
                            std::optional<Incoming> rows, const HostTensor& tensor, bool skip,
                            RandomFloats& random) {
  plan::HostStep steps[3];
  const int count = plan::host_steps(steps);
  const kernels::UpdateKind kind = kernels::update_kind(combination.modes);
  const rules::RandomKey key = rules::rounding_key(5, "w");
  rules::Coefficients c = third_step(combination.modes, combination.h);
  c.skip = skip;
  const StoredTensor before = store(tensor, form, random);
  StoredTensor expected = before;
  const kernels::RowStatistics wanted = serial_stored_step(kind, c, key, rows, expected);
  const Tier tier = !rows                    ? Tier::elements
                    : *rows == Incoming::row ? Tier::warp_rows
                                             : Tier::columns;
  for (int i = 0; i < count; ++i) {
    SCOPED_TRACE(steps[i].instruction_set);
    StoredTensor actual = before;
    const kernels::RowStatistics counted = run(steps[i], kind, tier, c, key, actual);
    expect_same_arrays(actual, expected);
    EXPECT_EQ(counted.clamped_rows, wanted.clamped_rows);
    EXPECT_EQ(counted.non_finite_rows, wanted.non_finite_rows);
  }
}

std::vector<Combination> stages() {
  return {every_stage(OptimizerKind::sgd),      every_stage(OptimizerKind::sgd, L1Mode::cumulative),
          every_stage(OptimizerKind::momentum), every_stage(OptimizerKind::nesterov),
          every_stage(OptimizerKind::adam),     every_stage(OptimizerKind::adagrad),
          every_stage(OptimizerKind::rmsprop)};
}

TEST(MixedHostStep, EqualsTheSerialStepInEveryForm) {
  RandomFloats random(1);
  std::size_t turn = 0;
  for (Combination combination : stages()) {
    for (const Form& form : all_forms(kernels::update_kind(combination.modes))) {
      combination.masked = ++turn % 3 != 0;
      SCOPED_TRACE(describe(combination) + "; " + describe(form));
      const HostTensor tensor = random_tensor(combination, 300 + turn % 16, random);
      expect_equal_to_serial(combination, form, std::nullopt, tensor, turn % 5 == 0, random);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST(MixedHostStep, RowsAndColumnsEqualTheSerialStepInEveryForm) {
  RandomFloats random(2);
  std::size_t turn = 0;
  for (Combination combination : stages()) {
    combination.h.group_lasso = 0.01f;
    combination.h.max_norm = 1.0f;
    for (const Form& form : all_forms(kernels::update_kind(combination.modes))) {
      for (const Incoming incoming : {Incoming::row, Incoming::column}) {
        constexpr std::int64_t kLengths[] = {1, 33, 513, 129, 300};
        const std::int64_t length = kLengths[++turn % 5];
        combination.masked = turn % 2 == 0;
        combination.modes.max_norm =
            turn % 3 == 0 ? rules::MaxNormMode::exact : rules::MaxNormMode::radial;
        SCOPED_TRACE(describe(combination) + "; " + describe(form) + "; length " +
                     std::to_string(length));
        const bool row = incoming == Incoming::row;
        constexpr std::int64_t kNeurons = 5;
        HostTensor tensor;
        tensor.rows = row ? kNeurons : length;
        tensor.columns = row ? length : kNeurons;
        tensor.leading_dimension = tensor.columns + 3;
        HostTensor values = random_tensor(combination, tensor.size(), random);
        values.rows = tensor.rows;
        values.columns = tensor.columns;
        values.leading_dimension = tensor.leading_dimension;
        values.weight = random.uniform(tensor.size());
        values.gradient = random.uniform(tensor.size());
        expect_equal_to_serial(combination, form, incoming, values, turn % 7 == 0, random);
        if (::testing::Test::HasFailure()) return;
      }
    }
  }
}

// Columns so long that a tile holds but some of an item's sixteen.
TEST(MixedHostStep, LongColumnsGoTileByTile) {
  RandomFloats random(3);
  Combination combination = every_stage(OptimizerKind::momentum);
  combination.h.max_norm = 1.0f;
  HostTensor tensor;
  tensor.rows = 9000;
  tensor.columns = 16;
  tensor.leading_dimension = 16;
  ASSERT_EQ(plan::host_tile_columns(tensor.rows), 7);
  tensor.weight = random.uniform(tensor.size());
  tensor.gradient = random.uniform(tensor.size());
  tensor.state[0] = random.uniform(tensor.size());
  tensor.mask = random.mask(tensor.size());
  const Form form{rules::Storage::bfloat16_remainder, rules::DataType::bfloat16, true, true, true};
  expect_equal_to_serial(combination, form, Incoming::column, tensor, false, random);
  EXPECT_EQ(plan::host_tile_columns(1'000'000), 1);
}

}  // namespace
}  // namespace curb::testing
