// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The loop of the single element-wise operations: x[i] = rule(x[i], inputs[i]...) in one pass.
//
// A block takes kElementsPerRun contiguous elements. Where all arrays are misaligned alike, up to
// three elements are peeled at either end and the rest moves in 16-byte accesses; otherwise no
// common 16-byte boundary exists and all of it moves in coalesced 4-byte accesses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "kernels/launch.cuh"
#include "kernels/quad.cuh"
#include "kernels/simt.cuh"

namespace curb::kernels {

inline constexpr int kRunThreads = 256;
inline constexpr int kRunQuadsPerThread = 4;  // in flight at once, to cover the latency of memory
inline constexpr int kElementsPerRun = kRunThreads * kRunQuadsPerThread * 4;

namespace detail {

/// Applies the rule to 4 * quads elements; arrays[0] is read and written. All loads are issued
/// before the first use.
template <class Rule, int kArrays, std::size_t... kArray>
__device__ void update_quads(const Rule& rule, float* x, const float* const (&arrays)[kArrays],
                             int quads, std::index_sequence<kArray...>) {
  Quad<float> quad[kArrays][kRunQuadsPerThread];
#pragma unroll
  for (int j = 0; j < kRunQuadsPerThread; ++j) {
    const int q = static_cast<int>(threadIdx.x) + j * kRunThreads;
    if (q >= quads) continue;
    for (int a = 0; a < kArrays; ++a) quad[a][j] = load_quad(arrays[a] + 4 * q);
  }
#pragma unroll
  for (int j = 0; j < kRunQuadsPerThread; ++j) {
    const int q = static_cast<int>(threadIdx.x) + j * kRunThreads;
    if (q >= quads) continue;
    Quad<float> result;
#pragma unroll
    for (int k = 0; k < 4; ++k) result.value[k] = rule(quad[kArray][j].value[k]...);
    store_quad(x + 4 * q, result);
  }
}

}  // namespace detail

/// Called by a kernel of shape elementwise_shape(n). The inputs, n elements each, may not overlap
/// x.
template <class Rule, class... Inputs>
__device__ void update_each(float* x, std::int64_t n, const Rule& rule, const Inputs*... inputs) {
  const std::int64_t first = std::int64_t{blockIdx.x} * kElementsPerRun;
  const std::int64_t left = n - first;
  const int count = static_cast<int>(left < kElementsPerRun ? left : kElementsPerRun);
  const int thread = static_cast<int>(threadIdx.x);
  x += first;
  ((inputs += first), ...);

  if (!((misalignment(inputs) == misalignment(x)) && ...)) {
    for (int i = thread; i < count; i += kRunThreads) x[i] = rule(x[i], inputs[i]...);
    return;
  }
  const int to_boundary = (4 - misalignment(x)) % 4;
  const int head = to_boundary < count ? to_boundary : count;
  const int quads = (count - head) / 4;
  const float* const arrays[] = {x + head, (inputs + head)...};
  detail::update_quads(rule, x + head, arrays, quads,
                       std::make_index_sequence<1 + sizeof...(Inputs)>{});
  const int tail = head + 4 * quads;
  if (thread < head) x[thread] = rule(x[thread], inputs[thread]...);
  if (tail + thread < count) x[tail + thread] = rule(x[tail + thread], inputs[tail + thread]...);
}

/// A grid that covers n elements. More than CUDA's 2^31 - 1 blocks would take over 2^43 elements.
inline LaunchShape elementwise_shape(std::int64_t n) {
  const std::int64_t blocks = (n + kElementsPerRun - 1) / kElementsPerRun;
  return {dim3(static_cast<unsigned>(blocks)), dim3(kRunThreads)};
}

}  // namespace curb::kernels
