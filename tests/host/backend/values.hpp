// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Reproducible test data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace curb::testing {

/// `count` values in [low, high).
inline std::vector<float> random_values(std::size_t count, unsigned seed, float low = -1.0f,
                                        float high = 1.0f) {
  std::mt19937 random(seed);
  std::vector<float> values(count);
  for (float& value : values) {
    value = low + (high - low) * static_cast<float>(random() >> 8) * 0x1p-24f;
  }
  return values;
}

/// `count` labels in [0, classes).
inline std::vector<std::int32_t> random_labels(std::size_t count, unsigned classes, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::int32_t> labels(count);
  for (std::int32_t& label : labels) label = static_cast<std::int32_t>(random() % classes);
  return labels;
}

}  // namespace curb::testing
