// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Floats compared by their bits: -0 is not +0, and "unchanged" means every bit.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace curb::testing {

inline std::uint32_t bits(float value) { return std::bit_cast<std::uint32_t>(value); }

inline std::vector<std::uint32_t> bits(const std::vector<float>& values) {
  std::vector<std::uint32_t> result;
  result.reserve(values.size());
  for (const float value : values) result.push_back(bits(value));
  return result;
}

}  // namespace curb::testing
