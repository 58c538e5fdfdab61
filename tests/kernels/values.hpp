// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Inputs that hold every kind of float, and comparison of results by their bits.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace curb::testing {

inline std::uint32_t bits_of(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

inline float float_of(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Equal in every bit; any NaN equals any other.
inline bool same_bits(float a, float b) {
  return bits_of(a) == bits_of(b) || (std::isnan(a) && std::isnan(b));
}

inline std::string describe_float(float value) {
  char text[48];
  std::snprintf(text, sizeof text, "%.9g (%08x)", static_cast<double>(value), bits_of(value));
  return text;
}

inline ::testing::AssertionResult same_bits(const std::vector<float>& actual,
                                            const std::vector<float>& expected) {
  if (actual.size() != expected.size()) {
    return ::testing::AssertionFailure() << actual.size() << " elements, not " << expected.size();
  }
  for (std::size_t i = 0; i < actual.size(); ++i) {
    if (!same_bits(actual[i], expected[i])) {
      return ::testing::AssertionFailure() << "element " << i << " is " << describe_float(actual[i])
                                           << ", not " << describe_float(expected[i]);
    }
  }
  return ::testing::AssertionSuccess();
}

/// What arithmetic on floats goes wrong with.
inline const std::vector<float>& special_values() {
  using Limits = std::numeric_limits<float>;
  static const std::vector<float> values = [] {
    std::vector<float> v = {0.0f, Limits::denorm_min(), Limits::min() / 2.0f, Limits::min(),
                            1.0f, Limits::max(),        Limits::infinity()};
    for (std::size_t i = 0, n = v.size(); i < n; ++i) v.push_back(-v[i]);
    v.push_back(Limits::quiet_NaN());
    return v;
  }();
  return values;
}

class RandomFloats {
 public:
  explicit RandomFloats(std::uint32_t seed) : engine_(seed) {}

  /// Uniform in [-1, 1), by definition of the engine the same everywhere.
  float uniform() { return static_cast<float>(static_cast<std::int32_t>(bits())) * 0x1p-31f; }

  /// One in 16 special, one in 16 of random bits, the others of moderate size.
  float any() {
    const std::uint32_t choice = bits() % 16;
    if (choice == 0) return special_values()[bits() % special_values().size()];
    if (choice == 1) return float_of(bits());
    return uniform();
  }

  std::vector<float> uniform(std::size_t n, float scale = 1.0f) {
    std::vector<float> values(n);
    for (float& value : values) value = scale * uniform();
    return values;
  }

  std::vector<float> any(std::size_t n) {
    std::vector<float> values(n);
    for (float& value : values) value = any();
    return values;
  }

  /// Zero for one in four.
  std::vector<std::uint8_t> mask(std::size_t n) {
    std::vector<std::uint8_t> values(n);
    for (std::uint8_t& value : values) value = bits() % 4 != 0;
    return values;
  }

 private:
  std::uint32_t bits() { return static_cast<std::uint32_t>(engine_()); }

  std::mt19937 engine_;
};

}  // namespace curb::testing
