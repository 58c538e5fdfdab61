// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Activations with their bias, and their slopes, against the rules on the host, bit for bit.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <curb/rules/activations.hpp>
#include <string>
#include <vector>

#include "kernels/network.hpp"
#include "tests/kernels/values.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

using rules::Activation;

struct NamedActivation {
  Activation activation;
  const char* name;
  float (*value)(float);
  float (*slope)(float);
};

template <class Function>
NamedActivation named(Activation activation, const char* name) {
  return {activation, name, [](float z) { return Function::value(z); },
          [](float kept) { return Function::slope(kept); }};
}

const std::vector<NamedActivation>& activations_with_a_slope() {
  static const std::vector<NamedActivation> all = {
      named<rules::Relu>(Activation::relu, "relu"),
      named<rules::LeakyRelu>(Activation::leaky_relu, "leaky_relu"),
      named<rules::Tanh>(Activation::tanh, "tanh"),
      named<rules::Sigmoid>(Activation::sigmoid, "sigmoid"),
      named<rules::Gelu>(Activation::gelu, "gelu")};
  return all;
}

/// A matrix, its bias and what it was misaligned by.
struct Case {
  std::size_t rows;
  std::size_t width;
  std::size_t offset;
};

void expect_forward(Activation activation, float (*value)(float), const Case& c) {
  SCOPED_TRACE(std::to_string(c.rows) + " x " + std::to_string(c.width));
  RandomFloats random(3);
  const std::vector<float> input = random.any(c.rows * c.width);
  const std::vector<float> bias = random.any(c.width);
  std::vector<float> argument = input;
  std::vector<float> expected = input;
  for (std::size_t i = 0; i < input.size(); ++i) {
    argument[i] = rules::add(input[i], bias[i % c.width]);
    expected[i] = value(argument[i]);
  }
  for (const bool keep : {false, true}) {
    DeviceBuffer<float> values(input, c.offset);
    DeviceBuffer<float> pre_activation(input, (c.offset + 1) % 4);
    const DeviceBuffer<float> b(bias, c.offset);
    kernels::add_bias_and_activate(activation, b.data(), static_cast<std::int64_t>(c.rows),
                                   static_cast<std::int64_t>(c.width), values.data(),
                                   keep ? pre_activation.data() : nullptr, nullptr);
    EXPECT_TRUE(same_bits(values.download(), expected));
    EXPECT_TRUE(same_bits(pre_activation.download(), keep ? argument : input));
  }
}

TEST(NetworkActivation, AddsTheBiasOfEachColumn) {
  on_every_order([] {
    for (std::size_t width = 1; width <= 33; ++width) {
      expect_forward(Activation::identity, [](float z) { return z; }, {5, width, width % 4});
    }
    for (const Case& c : {Case{0, 7, 0}, Case{1, 255, 1}, Case{9, 256, 2}, Case{7, 257, 3},
                          Case{3, 1500, 0}, Case{1030, 1, 0}}) {
      expect_forward(
          Activation::identity, [](float z) { return z; }, c);
    }
  });
}

TEST(NetworkActivation, EqualsTheRules) {
  on_every_order([] {
    for (const NamedActivation& f : activations_with_a_slope()) {
      SCOPED_TRACE(f.name);
      expect_forward(f.activation, f.value, {20, 111, 1});
    }
  });
}

TEST(NetworkActivation, SlopesEqualTheRulesAtEveryTailAndOffset) {
  on_every_order([] {
    RandomFloats random(4);
    for (const NamedActivation& f : activations_with_a_slope()) {
      for (const std::size_t count : {0, 1, 2, 3, 4, 5, 7, 8, 13, 16, 21, 31, 32, 33, 4099}) {
        const std::size_t offset = count % 4;
        SCOPED_TRACE(f.name + (" of " + std::to_string(count)));
        const std::vector<float> kept = random.any(count);
        const std::vector<float> before = random.any(count);
        std::vector<float> expected = before;
        for (std::size_t i = 0; i < count; ++i) {
          expected[i] = rules::mul(expected[i], f.slope(kept[i]));
        }
        for (const std::size_t kept_offset : {offset, (offset + 1) % 4}) {
          const DeviceBuffer<float> k(kept, kept_offset);
          DeviceBuffer<float> delta(before, offset);
          kernels::multiply_by_slope(f.activation, k.data(), delta.data(),
                                     static_cast<std::int64_t>(count), nullptr);
          EXPECT_TRUE(same_bits(delta.download(), expected));
        }
      }
    }
  });
}

TEST(NetworkActivation, IdentityLeavesTheDelta) {
  on_every_order([] {
    DeviceBuffer<float> delta(std::vector<float>{1.0f, -2.0f});
    kernels::multiply_by_slope(Activation::identity, nullptr, delta.data(), 2, nullptr);
    EXPECT_TRUE(same_bits(delta.download(), {1.0f, -2.0f}));
  });
}

}  // namespace
}  // namespace curb::testing
