// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The host's loops, of every instruction set that this processor has, against the serial loop that
// the kernels are compared with too: host and device therefore give the same bits.
#include "host/plan/host_step.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <curb/rules/effective_step.hpp>
#include <string>
#include <vector>

#include "kernels/operations.hpp"
#include "tests/kernels/combinations.hpp"
#include "tests/kernels/expect.hpp"
#include "tests/kernels/serial_step.hpp"
#include "tests/kernels/values.hpp"

namespace curb::testing {
namespace {

using kernels::Tier;

/// A copy of `values` that begins `offset` elements into its memory.
template <class T>
class Displaced {
 public:
  Displaced(const std::vector<T>& values, std::size_t offset)
      : memory_(values.size() + offset), offset_(offset) {
    std::copy(values.begin(), values.end(), memory_.begin() + static_cast<std::ptrdiff_t>(offset));
  }
  T* data() { return memory_.data() + offset_; }
  std::vector<T> values() const {
    return {memory_.begin() + static_cast<std::ptrdiff_t>(offset_), memory_.end()};
  }

 private:
  std::vector<T> memory_;
  std::size_t offset_;
};

kernels::RowStatistics run(plan::RunItem* run_item, kernels::UpdateKind kind, Tier tier,
                           const rules::Coefficients& c, const kernels::WorkItem& item,
                           std::size_t offset, HostTensor& tensor) {
  Displaced<float> weight(tensor.weight, offset);
  Displaced<float> gradient(tensor.gradient, offset / 2);
  Displaced<float> first(tensor.state[0], offset);
  Displaced<float> second(tensor.state[1], offset / 3);
  const kernels::TensorView view{weight.data(),
                                 {first.data(), second.data()},
                                 tensor.mask.empty() ? nullptr : tensor.mask.data(),
                                 tensor.rows,
                                 tensor.columns,
                                 tensor.leading_dimension,
                                 0};
  const void* gradients[] = {gradient.data()};
  kernels::RowStatistics statistics{};
  run_item(kind, tier, {&view, gradients, &c}, item, {}, statistics);
  tensor.weight = weight.values();
  tensor.gradient = gradient.values();
  tensor.state = {first.values(), second.values()};
  return statistics;
}

void expect_loops_equal_serial(const Combination& combination, std::size_t n, std::size_t offset,
                               RandomFloats& random) {
  plan::HostStep steps[3];
  const int count = plan::host_steps(steps);
  const kernels::UpdateKind kind = kernels::update_kind(combination.modes);
  const rules::Coefficients coefficients = third_step(combination.modes, combination.h);
  const HostTensor before = random_tensor(combination, n, random);
  HostTensor expected = before;
  serial_elements(kind, coefficients, expected, 0, n);
  for (int i = 0; i < count; ++i) {
    SCOPED_TRACE(steps[i].instruction_set);
    HostTensor actual = before;
    run(steps[i].run_item, kind, Tier::elements, coefficients, {0, static_cast<std::int32_t>(n), 0},
        offset, actual);
    expect_same_arrays(actual, expected);
  }
}

TEST(HostStep, EqualsTheSerialLoopInEveryCombination) {
  const std::vector<Combination> combinations = all_combinations();
  const std::size_t each = 1'000'000 / combinations.size() + 1;
  RandomFloats random(1);
  for (const Combination& combination : combinations) {
    SCOPED_TRACE(describe(combination));
    expect_loops_equal_serial(combination, each, 0, random);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(HostStep, EqualsTheSerialLoopAtEveryTailAndOffset) {
  RandomFloats random(2);
  for (const Combination& combination :
       {every_stage(OptimizerKind::sgd), every_stage(OptimizerKind::sgd, L1Mode::cumulative),
        every_stage(OptimizerKind::momentum), every_stage(OptimizerKind::nesterov),
        every_stage(OptimizerKind::adam), every_stage(OptimizerKind::adagrad)}) {
    SCOPED_TRACE(describe(combination));
    for (std::size_t n = 0; n <= 70; ++n) {
      for (std::size_t offset = 0; offset < 8; ++offset) {
        SCOPED_TRACE(std::to_string(n) + " elements at offset " + std::to_string(offset));
        expect_loops_equal_serial(combination, n, offset, random);
        if (::testing::Test::HasFailure()) return;
      }
    }
  }
}

/// Rows and columns of every length around the boundaries of the canonical sum, with group
/// shrinkage and max-norm, in both metrics.
TEST(HostStep, RowsAndColumnsEqualTheSerialRow) {
  plan::HostStep steps[3];
  const int count = plan::host_steps(steps);
  RandomFloats random(3);
  for (const OptimizerKind optimizer :
       {OptimizerKind::sgd, OptimizerKind::nesterov, OptimizerKind::adam, OptimizerKind::rmsprop}) {
    for (const rules::MaxNormMode mode : {rules::MaxNormMode::radial, rules::MaxNormMode::exact}) {
      for (const std::int64_t length :
           {1, 2, 5, 31, 64, 127, 128, 129, 300, 511, 512, 513, 1030, 2100}) {
        for (const kernels::Incoming incoming :
             {kernels::Incoming::row, kernels::Incoming::column}) {
          SCOPED_TRACE("length " + std::to_string(length));
          Combination combination = every_stage(optimizer);
          combination.modes.max_norm = mode;
          combination.masked = length % 2 == 1;
          combination.h.group_lasso = 0.01f;
          combination.h.max_norm = 1.0f;
          const bool row = incoming == kernels::Incoming::row;
          constexpr std::int64_t kNeurons = 5;
          HostTensor before =
              random_tensor(combination, static_cast<std::size_t>(kNeurons * length), random);
          before.rows = row ? kNeurons : length;
          before.columns = row ? length : kNeurons;
          before.leading_dimension = before.columns;
          for (float& w : before.weight) w = random.uniform();
          for (float& g : before.gradient) g = random.uniform();
          before.weight[0] = special_values().back();  // NaN: its row is left alone, and counted
          const kernels::UpdateKind kind = kernels::update_kind(combination.modes);
          const rules::Coefficients c = third_step(combination.modes, combination.h);
          HostTensor expected = before;
          const kernels::RowStatistics wanted = serial_rows(kind, c, expected, incoming);
          for (int i = 0; i < count; ++i) {
            SCOPED_TRACE(steps[i].instruction_set);
            HostTensor actual = before;
            const kernels::RowStatistics counted =
                run(steps[i].run_item, kind, row ? Tier::warp_rows : Tier::columns, c,
                    {0, kNeurons, 0}, 0, actual);
            expect_same_arrays(actual, expected);
            EXPECT_EQ(counted.clamped_rows, wanted.clamped_rows);
            EXPECT_EQ(counted.non_finite_rows, wanted.non_finite_rows);
          }
          if (::testing::Test::HasFailure()) return;
        }
      }
    }
  }
}

}  // namespace
}  // namespace curb::testing
