// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Inverted dropout. No mask is stored: the backward pass draws the same one again.
#include "kernels/random_quads.cuh"

namespace curb::kernels {

__global__ __launch_bounds__(kDrawThreads) void drop_elements(RandomSource random,
                                                              rules::Dropout rule, const float* x,
                                                              float* y, std::int64_t count) {
  transform_drawn(random, x, y, count, [&](const rules::PhiloxBlock& drawn, float(&value)[4]) {
#pragma unroll
    for (int k = 0; k < 4; ++k) value[k] = rule(drawn.word[k], value[k]);
  });
}

// ---------------------------------------------------------------------------------- launchers

void drop(const RandomSource& random, const rules::Dropout& rule, const float* x, float* y,
          std::int64_t count, Stream stream) {
  launch<drop_elements>(draw_shape(count), stream, random, rule, x, y, count);
}

}  // namespace curb::kernels
