// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The fused row kernels where neuron = column, against the serial step, bit for bit: that is what
// expect_kernel_equals_serial_step of row_cases.hpp asserts of every length.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "kernels/update.hpp"
#include "tests/kernels/row_cases.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

using kernels::Incoming;
using kernels::Tier;

TEST(UpdateColumns, InRegistersEqualTheSerialStepAtEveryLength) {
  std::vector<std::int64_t> lengths;
  for (const std::int64_t length : row_lengths()) {
    if (kernels::column_tier(length) == Tier::columns) lengths.push_back(length);
  }
  ASSERT_FALSE(lengths.empty());
  on_every_order(
      [&] { expect_kernel_equals_serial_step(Incoming::column, Tier::columns, lengths); });
}

TEST(UpdateColumns, LongerThanRegistersEqualTheSerialStepAtEveryLength) {
  std::vector<std::int64_t> lengths = {513, 1023, 1024, 1025};
  if (!sanitized()) lengths.insert(lengths.end(), {2049, 8193, 10000});
  on_every_order(
      [&] { expect_kernel_equals_serial_step(Incoming::column, Tier::long_columns, lengths); });
}

// The tier takes columns shorter than those that need it, with the same bits.
TEST(UpdateColumns, OfAnyLengthMayTakeTheLongTier) {
  on_every_order([] {
    expect_kernel_equals_serial_step(Incoming::column, Tier::long_columns, {1, 3, 132, 512});
  });
}

}  // namespace
}  // namespace curb::testing
