// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The vocabulary of all kernels: CUDA's own, plus the few words that every kernel needs. Compiled
// by nvcc, <cuda_runtime.h> is the toolkit's; compiled by g++ for the tests it is the emulator's,
// and then CURB_SIMT is defined.
#pragma once

#include <cuda_runtime.h>

namespace curb::kernels {

constexpr int kWarpSize = 32;
constexpr unsigned kFullMask = 0xffffffffu;  // every lane of the warp

// Of a one-dimensional block.
__device__ inline int lane_id() { return static_cast<int>(threadIdx.x) % kWarpSize; }
__device__ inline int warp_id() { return static_cast<int>(threadIdx.x) / kWarpSize; }

// The block's dynamic shared memory as an array of T, 16-byte aligned. All of a kernel's calls
// give the same memory.
template <class T>
__device__ T* dynamic_shared() {
  static_assert(alignof(T) <= 16);
#ifdef CURB_SIMT
  return static_cast<T*>(simt::dynamic_shared_memory());
#else
  extern __shared__ __align__(16) unsigned char curb_dynamic_shared[];
  return reinterpret_cast<T*>(curb_dynamic_shared);
#endif
}

// Sum over the warp, the same bits in every lane: a butterfly adds the same pairs in each, and
// a + b equals b + a. Every lane of the warp must call it.
template <class T>
__device__ T warp_sum(T value) {
  for (int distance = kWarpSize / 2; distance > 0; distance /= 2) {
    value += __shfl_xor_sync(kFullMask, value, distance);
  }
  return value;
}

}  // namespace curb::kernels
