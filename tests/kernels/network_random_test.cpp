// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Dropout and noise against the rules on the host, bit for bit, at every tail and misalignment.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <curb/rules/dropout.hpp>
#include <curb/rules/philox.hpp>
#include <string>
#include <vector>

#include "kernels/network.hpp"
#include "tests/kernels/values.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

constexpr rules::RandomKey kKey{{0x12345678u, 0x9abcdef0u}};
constexpr std::uint64_t kStep = (std::uint64_t{3} << 32) + 11;

std::uint32_t word_of(std::size_t element) {
  return rules::random_block(kKey, kStep, element / 4).word[element % 4];
}

struct Drop {
  rules::Dropout rule{0.3f};
  void launch(const kernels::RandomSource& random, const float* x, float* y,
              std::size_t count) const {
    kernels::drop(random, rule, x, y, static_cast<std::int64_t>(count), nullptr);
  }
  float expected(std::size_t i, float x) const { return rule(word_of(i), x); }
};

struct AddNoise {
  float deviation = 0.7f;
  void launch(const kernels::RandomSource& random, const float* x, float* y,
              std::size_t count) const {
    kernels::add_gaussian_noise(random, deviation, x, y, static_cast<std::int64_t>(count), nullptr);
  }
  float expected(std::size_t i, float x) const {
    float pair[2];
    rules::box_muller(word_of(i & ~std::size_t{1}), word_of(i | 1), pair[0], pair[1]);
    return rules::fma(deviation, pair[i % 2], x);
  }
};

template <class Operation>
void expect_rule(const Operation& operation, std::size_t count, std::size_t from_offset,
                 std::size_t to_offset) {
  SCOPED_TRACE(std::to_string(count) + " elements from offset " + std::to_string(from_offset) +
               " to offset " + std::to_string(to_offset));
  RandomFloats random(5);
  const std::vector<float> input = random.any(count);
  std::vector<float> expected = input;
  for (std::size_t i = 0; i < count; ++i) expected[i] = operation.expected(i, input[i]);
  const DeviceBuffer<std::uint64_t> step(std::vector<std::uint64_t>{kStep});
  DeviceBuffer<float> x(input, from_offset);
  DeviceBuffer<float> y(count, to_offset);
  operation.launch({kKey, step.data()}, x.data(), y.data(), count);
  EXPECT_TRUE(same_bits(y.download(), expected));
  EXPECT_TRUE(same_bits(x.download(), input));
  operation.launch({kKey, step.data()}, x.data(), x.data(), count);
  EXPECT_TRUE(same_bits(x.download(), expected)) << "in place";
}

template <class Operation>
void expect_rule_everywhere(const Operation& operation) {
  on_every_order([&] {
    for (std::size_t count = 0; count <= 32; ++count) {
      for (std::size_t offset = 0; offset < 4; ++offset) {
        expect_rule(operation, count, offset, (offset + count / 4) % 4);
      }
    }
    expect_rule(operation, 2 * 1024 + 6, 0, 0);
  });
}

TEST(NetworkRandom, DropoutIsTheRule) { expect_rule_everywhere(Drop{}); }
TEST(NetworkRandom, NoiseIsTheRule) { expect_rule_everywhere(AddNoise{}); }

}  // namespace
}  // namespace curb::testing
