// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The loop of what disturbs a network: a thread draws one block of random words and spends it on
// the four elements that it names.
#pragma once

#include <cstdint>
#include <curb/rules/philox.hpp>

#include "kernels/launch.cuh"
#include "kernels/network.hpp"
#include "kernels/quad.cuh"
#include "kernels/simt.cuh"

namespace curb::kernels {

inline constexpr int kDrawThreads = 256;

/// Calls rule(block of words, four values), which changes the values in place, for each four
/// elements; of the last four, those beyond the end count for nothing. y may be x.
template <class Rule>
__device__ void transform_drawn(const RandomSource& random, const float* x, float* y,
                                std::int64_t count, const Rule& rule) {
  const std::int64_t block = std::int64_t{blockIdx.x} * kDrawThreads + threadIdx.x;
  const std::int64_t first = 4 * block;
  if (first >= count) return;
  const rules::PhiloxBlock drawn =
      rules::random_block(random.key, *random.step, static_cast<std::uint64_t>(block));
  if (first + 4 <= count && misalignment(x) == 0 && misalignment(y) == 0) {
    Quad<float> quad = load_quad(x + first);
    rule(drawn, quad.value);
    store_quad(y + first, quad);
    return;
  }
  float values[4] = {};
  for (int k = 0; k < 4; ++k) {
    if (first + k < count) values[k] = x[first + k];
  }
  rule(drawn, values);
  for (int k = 0; k < 4; ++k) {
    if (first + k < count) y[first + k] = values[k];
  }
}

/// A grid that covers `count` elements.
inline LaunchShape draw_shape(std::int64_t count) {
  constexpr std::int64_t kElements = 4 * kDrawThreads;
  return {dim3(static_cast<unsigned>((count + kElements - 1) / kElements)), dim3(kDrawThreads)};
}

}  // namespace curb::kernels
