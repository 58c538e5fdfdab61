// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Rows and columns far longer than a block holds, through the Plan on the device: the bits of the
// serial step, and the tier that the plan tells.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <curb/curb.hpp>
#include <string>
#include <vector>

#include "tests/kernels/device_step.hpp"
#include "tests/kernels/expect.hpp"
#include "tests/kernels/serial_step.hpp"
#include "tests/kernels/values.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

// The race check takes its time over each access.
constexpr bool checks_races() {
#ifdef CURB_SIMT
  return simt::kRaceChecked;
#else
  return false;
#endif
}

struct LongRow {
  std::int64_t rows;
  std::int64_t columns;
  Incoming incoming;
  const char* tier;
};

void expect_right(const LongRow& shape, OptimizerKind optimizer) {
  SCOPED_TRACE(std::to_string(shape.rows) + " x " + std::to_string(shape.columns));
  RandomFloats random(1);
  Group group;
  group.modes.optimizer = optimizer;
  group.modes.max_norm = MaxNormMode::exact;
  group.modes.l2 = L2Mode::prox;
  const std::int64_t length = shape.incoming == Incoming::row ? shape.columns : shape.rows;
  Hyperparameters& h = group.hyperparameters;
  h.learning_rate = 0.1f / std::sqrt(static_cast<float>(length));
  h.l1 = 0.1f;
  h.l2 = 0.1f;
  h.group_lasso = 0.01f;
  h.max_norm = 1.0f;

  HostTensor expected;
  expected.rows = shape.rows;
  expected.columns = shape.columns;
  expected.leading_dimension = shape.columns;
  expected.weight = random.uniform(expected.size(), 4.0f / std::sqrt(static_cast<float>(length)));
  expected.gradient = random.uniform(expected.size());
  for (std::size_t s = 0; s < static_cast<std::size_t>(state_count(group.modes)); ++s) {
    expected.state[s].assign(expected.size(), 0.0f);
  }
  DeviceTensor device(expected);
  Tensor tensor = Tensor::matrix("w", device.weight(), shape.rows, shape.columns);
  tensor.incoming = shape.incoming;
  tensor.state[0] = device.state(0);
  tensor.state[1] = device.state(1);
  Plan plan(Device::cuda(0), {group}, {tensor});
  EXPECT_EQ(plan.describe().tensors[0].tier, shape.tier);
  plan.bind_gradients({device.gradient()});
  plan.step();

  rules::FilterState filter;
  const rules::Coefficients c = rules::advance(group.modes, h, filter);
  const kernels::RowStatistics wanted = serial_rows(
      kernels::update_kind(group.modes), c, expected,
      shape.incoming == Incoming::row ? kernels::Incoming::row : kernels::Incoming::column);
  HostTensor actual = expected;
  device.download(actual);
  expect_same_arrays(actual, expected);
  EXPECT_EQ(plan.statistics().clamped_rows, wanted.clamped_rows);
  EXPECT_GT(wanted.clamped_rows, 0u);
}

TEST(LongRows, AreTheSerialStepInEveryOrder) {
  on_every_order([] {
    for (const OptimizerKind optimizer : {OptimizerKind::momentum, OptimizerKind::adam}) {
      expect_right({1, 10'000, Incoming::row, "long_rows"}, optimizer);
      expect_right({10'000, 1, Incoming::column, "long_columns"}, optimizer);
      if (::testing::Test::HasFailure()) return;
    }
  });
}

void expect_the_longest_and_the_most() {
  expect_right({1, 100'000, Incoming::row, "long_rows"}, OptimizerKind::adam);
  expect_right({100'000, 1, Incoming::column, "long_columns"}, OptimizerKind::adam);
  if (checks_races()) return;
  expect_right({3, 1'000'000, Incoming::row, "long_rows"}, OptimizerKind::momentum);
  expect_right({100'000, 1, Incoming::row, "warp_rows"}, OptimizerKind::momentum);
}

TEST(LongRows, OfAMillionAndAHundredThousandOfOneAreTheSerialStep) {
#ifdef CURB_SIMT
  // One order of the threads: the other orders differ in nothing that length could change.
  const simt::OrderScope order(simt::Order::descending());
  expect_the_longest_and_the_most();
#else
  on_every_order(expect_the_longest_and_the_most);
#endif
}

}  // namespace
}  // namespace curb::testing
