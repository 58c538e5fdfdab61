// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Gaussian noise: a block of four random words makes four normal numbers, in pairs.
#include "kernels/random_quads.cuh"

namespace curb::kernels {

__global__ __launch_bounds__(kDrawThreads) void add_noise(RandomSource random, float deviation,
                                                          const float* x, float* y,
                                                          std::int64_t count) {
  transform_drawn(random, x, y, count, [&](const rules::PhiloxBlock& drawn, float(&value)[4]) {
    float normal[4];
    rules::box_muller(drawn.word[0], drawn.word[1], normal[0], normal[1]);
    rules::box_muller(drawn.word[2], drawn.word[3], normal[2], normal[3]);
#pragma unroll
    for (int k = 0; k < 4; ++k) value[k] = rules::fma(deviation, normal[k], value[k]);
  });
}

// ---------------------------------------------------------------------------------- launchers

void add_gaussian_noise(const RandomSource& random, float deviation, const float* x, float* y,
                        std::int64_t count, Stream stream) {
  launch<add_noise>(draw_shape(count), stream, random, deviation, x, y, count);
}

}  // namespace curb::kernels
