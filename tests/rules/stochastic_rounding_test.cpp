// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The random bits of stochastic rounding: named by seed, tensor, step and element, and uniform.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <curb/rules/stochastic_rounding.hpp>
#include <set>
#include <string>

#include "tests/rules/float_bits.hpp"

namespace curb::testing {
namespace {

using rules::rounding_bits;
using rules::rounding_key;

TEST(RoundingBits, AreTheSameForFourElementsAndForOne) {
  const rules::RandomKey key = rounding_key(7, "layers.0.weight");
  for (const std::int64_t first : {std::int64_t{0}, std::int64_t{4}, std::int64_t{1} << 33}) {
    for (const std::uint64_t step : {std::uint64_t{1}, std::uint64_t{1} << 35}) {
      std::uint16_t four[4];
      rounding_bits(key, step, first, four);
      for (int i = 0; i < 4; ++i) EXPECT_EQ(rounding_bits(key, step, first + i), four[i]);
    }
  }
}

// 256 bits of one tensor in one step.
std::string sample(std::uint64_t seed, const char* tensor, std::uint64_t step,
                   std::int64_t first) {
  std::string result;
  for (int i = 0; i < 16; ++i) {
    result += std::to_string(rounding_bits(rounding_key(seed, tensor), step, first + i)) + " ";
  }
  return result;
}

TEST(RoundingBits, DependOnSeedTensorStepAndElementAndNothingElse) {
  const std::set<std::string> samples = {
      sample(1, "w", 1, 0),  sample(2, "w", 1, 0),
      sample(1, "v", 1, 0),  sample(1, "", 1, 0),
      sample(1, "w", 2, 0),  sample(1, "w", std::uint64_t{1} << 32, 0),
      sample(1, "w", 1, 16), sample(1, "w", 1, std::int64_t{1} << 34)};
  EXPECT_EQ(samples.size(), 8U);
  EXPECT_EQ(sample(1, "w", 1, 0), sample(1, "w", 1, 0));
}

// Over 2^20 elements each of 256 classes of the upper eight bits is met 4,096 times on average,
// with a deviation of 64, and chi^2 with 255 degrees of freedom is 255 with a deviation of 22.6;
// over the sum of the bits the mean error of a rounding shows.
TEST(RoundingBits, AreUniform) {
  constexpr int kElements = 1 << 20;
  const rules::RandomKey key = rounding_key(3, "w");
  std::array<int, 256> counts{};
  double sum = 0.0;
  for (std::int64_t element = 0; element < kElements; element += 4) {
    std::uint16_t four[4];
    rounding_bits(key, 5, element, four);
    for (const std::uint16_t random : four) {
      ++counts[random >> 8];
      sum += random;
    }
  }
  double chi_squared = 0.0;
  for (const int count : counts) chi_squared += std::pow(count - 4096.0, 2) / 4096.0;
  EXPECT_NEAR(chi_squared, 255.0, 5.0 * 22.6);
  const double deviation = std::sqrt((std::pow(65536.0, 2) - 1.0) / 12.0 / kElements);
  EXPECT_NEAR(sum / kElements, 32767.5, 5.0 * deviation);
}

}  // namespace
}  // namespace curb::testing
