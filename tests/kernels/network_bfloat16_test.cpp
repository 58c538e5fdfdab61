// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Factors rounded to bfloat16 against the rule on the host, at every tail and misalignment.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <curb/rules/storage.hpp>
#include <string>
#include <vector>

#include "kernels/network.hpp"
#include "tests/kernels/values.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

std::vector<std::uint16_t> rounded(const std::vector<float>& values) {
  std::vector<std::uint16_t> result;
  for (const float value : values) result.push_back(rules::to_bfloat16(value));
  return result;
}

void expect_rounded(std::size_t first_count, std::size_t second_count, std::size_t from_offset,
                    std::size_t to_offset) {
  SCOPED_TRACE(std::to_string(first_count) + " and " + std::to_string(second_count) +
               " elements from offset " + std::to_string(from_offset) + " to offset " +
               std::to_string(to_offset));
  RandomFloats random(8);
  const std::vector<float> first = random.any(first_count);
  const std::vector<float> second = random.any(second_count);
  const DeviceBuffer<float> first_from(first, from_offset);
  const DeviceBuffer<float> second_from(second, to_offset);
  DeviceBuffer<std::uint16_t> first_to(first_count, to_offset);
  DeviceBuffer<std::uint16_t> second_to(second_count, from_offset);
  kernels::round_to_bfloat16(
      {first_from.data(), first_to.data(), static_cast<std::int64_t>(first_count)},
      {second_from.data(), second_to.data(), static_cast<std::int64_t>(second_count)}, nullptr);
  EXPECT_EQ(first_to.download(), rounded(first));
  EXPECT_EQ(second_to.download(), rounded(second));
}

TEST(NetworkBfloat16, RoundsAsTheRuleDoes) {
  on_every_order([] {
    for (std::size_t tail = 0; tail < 32; ++tail) expect_rounded(tail, 31 - tail, 0, 0);
    for (const std::size_t from : {0, 1, 2, 3}) {
      for (const std::size_t to : {0, 1, 2, 3}) expect_rounded(37, 6, from, to);
    }
    expect_rounded(1024, 1025, 0, 0);
    expect_rounded(2050, 0, 0, 0);
    expect_rounded(0, 0, 0, 0);
  });
}

}  // namespace
}  // namespace curb::testing
