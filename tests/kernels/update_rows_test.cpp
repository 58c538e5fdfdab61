// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The fused row kernels where neuron = row, against the serial step, bit for bit.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/update.hpp"
#include "tests/kernels/row_cases.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

using kernels::Incoming;
using kernels::Tier;

class UpdateRowsOfTier : public ::testing::TestWithParam<Tier> {};

TEST_P(UpdateRowsOfTier, EqualTheSerialStepAtEveryLength) {
  std::vector<std::int64_t> lengths;
  for (const std::int64_t length : row_lengths()) {
    if (kernels::row_tier(length) == GetParam()) lengths.push_back(length);
  }
  ASSERT_FALSE(lengths.empty());
  on_every_order([&] { expect_kernel_equals_serial_step(Incoming::row, GetParam(), lengths); });
}

INSTANTIATE_TEST_SUITE_P(EachTier, UpdateRowsOfTier,
                         ::testing::Values(Tier::warp_rows, Tier::block_rows_2, Tier::block_rows_4,
                                           Tier::block_rows_8, Tier::block_rows_16,
                                           Tier::long_rows),
                         [](const auto& tested) { return kernels::tier_name(tested.param); });

// A tier takes rows shorter than those that need it, with the same bits.
TEST(UpdateRows, OfAnyLengthMayTakeALargerTier) {
  on_every_order([] {
    for (const Tier tier : {Tier::block_rows_16, Tier::long_rows}) {
      SCOPED_TRACE(kernels::tier_name(tier));
      expect_kernel_equals_serial_step(Incoming::row, tier, {3, 132});
    }
  });
}

}  // namespace
}  // namespace curb::testing
