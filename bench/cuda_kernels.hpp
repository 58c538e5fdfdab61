// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The kernels that benchmarks need besides the ones they measure. Asynchronous; errors are
// curb::CudaError.
#pragma once

#include <cstdint>

struct CUstream_st;

namespace curb::bench {

/// What a benchmark's arrays hold: never zeros, which move faster than real data on some GPUs.
enum class Values : std::uint8_t {
  weight,        ///< uniform in (-0.1, 0.1)
  gradient,      ///< up to 0.01, with the sign of the weight at that place, or against it in every
                 ///< other run of 1,024: half of such rows grow, the rest shrink
  first_state,   ///< uniform in (-0.01, 0.01)
  second_state,  ///< uniform in (0, 1e-4)
};

/// Random values of a fixed seed, n of them.
void fill(float* out, std::int64_t n, Values values, CUstream_st* stream);

/// The update that a fused step is compared with: as plain as can be, with the same reads and
/// writes. No state: w -= eta g. One: v = mu v + g, w -= eta v. Two: also a running mean of g^2.
/// Arrays are aligned to 16 bytes. `quads` is how many times 16 bytes of each array a thread has in
/// flight: 1, 2 or 4.
void plain_update(int states, int quads, float* weight, const float* gradient, float* state0,
                  float* state1, std::int64_t n, CUstream_st* stream);

/// Reads n floats of `scratch`, more than the cache holds, so that what was in the cache is not. No
/// writes: their way back to memory would be charged to whatever runs next.
void displace_cache(float* scratch, std::int64_t n, CUstream_st* stream);

}  // namespace curb::bench
