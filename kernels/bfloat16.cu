// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The factors of a product in bfloat16: a thread rounds four neighbouring values.
#include <curb/rules/storage.hpp>

#include "kernels/launch.cuh"
#include "kernels/network.hpp"
#include "kernels/quad.cuh"
#include "kernels/simt.cuh"

namespace curb::kernels {
namespace {

constexpr int kThreads = 256;
constexpr std::int64_t kElementsPerBlock = 4 * kThreads;

std::int64_t blocks_of(std::int64_t count) {
  return (count + kElementsPerBlock - 1) / kElementsPerBlock;
}

}  // namespace

/// The first `first_blocks` blocks do the first array, the others the second.
__global__ __launch_bounds__(kThreads) void round_values(RoundedCopy first, RoundedCopy second,
                                                         std::int64_t first_blocks) {
  const bool is_first = blockIdx.x < first_blocks;
  // Member by member: a chosen struct would lie in local memory.
  const float* from = is_first ? first.from : second.from;
  std::uint16_t* to = is_first ? first.to : second.to;
  const std::int64_t count = is_first ? first.count : second.count;
  const std::int64_t block = is_first ? blockIdx.x : blockIdx.x - first_blocks;
  const std::int64_t at = block * kElementsPerBlock + 4 * static_cast<std::int64_t>(threadIdx.x);
  if (at >= count) return;
  if (at + 4 <= count && misalignment(from) == 0 && misalignment(to) == 0) {
    const Quad<float> values = load_quad(from + at);
    Quad<std::uint16_t> rounded;
#pragma unroll
    for (int k = 0; k < 4; ++k) rounded.value[k] = rules::to_bfloat16(values.value[k]);
    store_quad(to + at, rounded);
    return;
  }
  for (std::int64_t i = at; i < at + 4 && i < count; ++i) to[i] = rules::to_bfloat16(from[i]);
}

// ---------------------------------------------------------------------------------- launchers

void round_to_bfloat16(const RoundedCopy& first, const RoundedCopy& second, Stream stream) {
  const std::int64_t first_blocks = blocks_of(first.count);
  const std::int64_t blocks = first_blocks + blocks_of(second.count);
  launch<round_values>({dim3(static_cast<unsigned>(blocks)), dim3(kThreads)}, stream, first, second,
                       first_blocks);
}

}  // namespace curb::kernels
