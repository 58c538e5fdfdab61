// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a kernel sees of its block: indices, barriers, fences, dynamic shared memory. C++17, as
// kernels are.
#pragma once

#include "tests/simt/error.hpp"
#include "tests/simt/include/vector_types.h"

// Of the CUDA thread that is running now.
inline uint3 threadIdx, blockIdx;
inline dim3 blockDim, gridDim;
constexpr int warpSize = 32;

namespace simt {

// Waits for every thread of the block. Returns for how many of them `predicate` held.
// An error: threads at different places, or a thread that has left the kernel.
int barrier(bool predicate, Site site);

// Orders the calling thread's accesses before its later atomics, as other blocks see them.
void fence();

// Start of the block's dynamic shared memory, 16-byte aligned; filled with junk (NaN as float).
void* dynamic_shared_memory();

// Under a seeded order, a place where another thread may go first.
void maybe_yield();

}  // namespace simt

inline void __syncthreads(simt::Site site = simt::Site::here()) { simt::barrier(false, site); }
inline int __syncthreads_count(int predicate, simt::Site site = simt::Site::here()) {
  return simt::barrier(predicate != 0, site);
}
inline int __syncthreads_or(int predicate, simt::Site site = simt::Site::here()) {
  return simt::barrier(predicate != 0, site) > 0;
}
inline int __syncthreads_and(int predicate, simt::Site site = simt::Site::here()) {
  return simt::barrier(predicate == 0, site) == 0;
}
inline void __threadfence_block() {}  // the block's own threads are ordered by barriers alone
inline void __threadfence() { simt::fence(); }
inline void __threadfence_system() { simt::fence(); }
