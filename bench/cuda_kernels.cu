// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <stdexcept>

#include "bench/cuda_kernels.hpp"
#include "kernels/launch.cuh"
#include "kernels/quad.cuh"
#include "kernels/simt.cuh"

namespace curb::bench {
namespace {

constexpr int kThreads = 256;

/// SplitMix64 (Steele, Lea and Flood 2014) as a hash of the position: uniform in (0, 1).
__device__ float uniform(std::uint64_t position) {
  std::uint64_t z = (position + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  z ^= z >> 31;
  return (static_cast<float>(z >> 41) + 0.5f) * 0x1p-23f;
}

__device__ float value_at(std::int64_t i, Values values) {
  const std::uint64_t position = 4 * static_cast<std::uint64_t>(i);
  const float weight = 2.0f * uniform(position) - 1.0f;
  switch (values) {
    case Values::weight:
      return 0.1f * weight;
    case Values::gradient: {
      const float size = 0.01f * uniform(position + 1);
      return (weight < 0.0f) == (i / 1024 % 2 == 0) ? -size : size;
    }
    case Values::first_state:
      return 0.01f * (2.0f * uniform(position + 2) - 1.0f);
    case Values::second_state:
      break;
  }
  return 1e-4f * uniform(position + 3);
}

std::int64_t blocks_for(std::int64_t n, std::int64_t per_block) {
  return std::max<std::int64_t>(1, (n + per_block - 1) / per_block);
}

}  // namespace

__global__ void fill_values(float* out, std::int64_t n, Values values) {
  const std::int64_t step = std::int64_t{gridDim.x} * kThreads;
  for (std::int64_t i = std::int64_t{blockIdx.x} * kThreads + threadIdx.x; i < n; i += step) {
    out[i] = value_at(i, values);
  }
}

template <int kStates, int kQuads>
__global__ __launch_bounds__(kThreads) void update_plainly(float* weight, const float* gradient,
                                                           float* state0, float* state1,
                                                           std::int64_t n) {
  using kernels::load_quad;
  using kernels::Quad;
  using kernels::store_quad;
  constexpr float kLearningRate = 1e-5f;
  constexpr float kMomentum = 0.9f;
  constexpr float kBeta2 = 0.999f;
  const std::int64_t first = (std::int64_t{blockIdx.x} * kThreads * kQuads + threadIdx.x) * 4;
  Quad<float> w[kQuads] = {}, g[kQuads] = {}, v[kQuads] = {}, s[kQuads] = {};
#pragma unroll
  for (int q = 0; q < kQuads; ++q) {
    const std::int64_t i = first + std::int64_t{q} * kThreads * 4;
    if (i + 4 > n) continue;
    w[q] = load_quad(weight + i);
    g[q] = load_quad(gradient + i);
    if (kStates > 0) v[q] = load_quad(state0 + i);
    if (kStates > 1) s[q] = load_quad(state1 + i);
  }
#pragma unroll
  for (int q = 0; q < kQuads; ++q) {
    const std::int64_t i = first + std::int64_t{q} * kThreads * 4;
    if (i + 4 > n) continue;
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      float direction = g[q].value[k];
      if (kStates > 0) direction = v[q].value[k] = kMomentum * v[q].value[k] + direction;
      if (kStates > 1) {
        const float squared = g[q].value[k] * g[q].value[k];
        s[q].value[k] = kBeta2 * s[q].value[k] + (1.0f - kBeta2) * squared;
      }
      w[q].value[k] -= kLearningRate * direction;
    }
    store_quad(weight + i, w[q]);
    if (kStates > 0) store_quad(state0 + i, v[q]);
    if (kStates > 1) store_quad(state1 + i, s[q]);
  }
}

__global__ void read_all(float* scratch, std::int64_t n) {
  const std::int64_t step = std::int64_t{gridDim.x} * kThreads;
  float sum = 0.0f;
  for (std::int64_t i = std::int64_t{blockIdx.x} * kThreads + threadIdx.x; i < n; i += step) {
    sum += scratch[i];
  }
  // Never so, since the values are below one: but the compiler cannot know, and keeps the reads.
  if (sum > 1e30f) scratch[0] = sum;
}

// ---------------------------------------------------------------------------------- launchers

namespace {

dim3 covering_grid(std::int64_t n) {
  return dim3(static_cast<unsigned>(std::min<std::int64_t>(blocks_for(n, kThreads), 1 << 16)));
}

template <int kStates, int kQuads>
void launch_plain(float* weight, const float* gradient, float* state0, float* state1,
                  std::int64_t n, CUstream_st* stream) {
  const auto blocks = static_cast<unsigned>(blocks_for(n, std::int64_t{kThreads} * kQuads * 4));
  kernels::launch<update_plainly<kStates, kQuads>>({dim3(blocks), dim3(kThreads)}, stream, weight,
                                                   gradient, state0, state1, n);
}

template <int kStates>
void launch_plain(int quads, float* weight, const float* gradient, float* state0, float* state1,
                  std::int64_t n, CUstream_st* stream) {
  switch (quads) {
    case 1:
      return launch_plain<kStates, 1>(weight, gradient, state0, state1, n, stream);
    case 2:
      return launch_plain<kStates, 2>(weight, gradient, state0, state1, n, stream);
    case 4:
      return launch_plain<kStates, 4>(weight, gradient, state0, state1, n, stream);
    default:
      throw std::invalid_argument("plain_update: quads must be 1, 2 or 4");
  }
}

}  // namespace

void fill(float* out, std::int64_t n, Values values, CUstream_st* stream) {
  kernels::launch<fill_values>({covering_grid(n), dim3(kThreads)}, stream, out, n, values);
}

void plain_update(int states, int quads, float* weight, const float* gradient, float* state0,
                  float* state1, std::int64_t n, CUstream_st* stream) {
  switch (states) {
    case 0:
      return launch_plain<0>(quads, weight, gradient, state0, state1, n, stream);
    case 1:
      return launch_plain<1>(quads, weight, gradient, state0, state1, n, stream);
    case 2:
      return launch_plain<2>(quads, weight, gradient, state0, state1, n, stream);
    default:
      throw std::invalid_argument("plain_update: states must be 0, 1 or 2");
  }
}

void displace_cache(float* scratch, std::int64_t n, CUstream_st* stream) {
  kernels::launch<read_all>({covering_grid(n), dim3(kThreads)}, stream, scratch, n);
}

}  // namespace curb::bench
