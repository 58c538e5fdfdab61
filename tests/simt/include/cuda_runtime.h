// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Stands in for the toolkit's <cuda_runtime.h>, so that g++ compiles CUDA C++ kernels for the
// emulator: which of the two headers is found is the only difference between the builds.
#pragma once

#if defined(__CUDACC__)
#error "this is the emulator's cuda_runtime.h: nvcc must find the toolkit's own"
#endif

// Set where kernels are compiled for the emulator.
#define CURB_SIMT 1

#define __global__ __attribute__((noinline))  // so that reports name the kernel
#define __device__
#define __host__
#define __constant__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __grid_constant__
#define __align__(bytes) __attribute__((aligned(bytes)))
// One block runs at a time, so a variable of static storage is that block's shared memory, and
// AddressSanitizer puts red zones around it (except in a template's instances with external
// linkage, where the linker picks one of several copies). The tag marks the variable's symbol, by
// which the emulator finds it to fill it with junk before every block and to check it for races.
#define __shared__ static __attribute__((abi_tag("simt_shared")))

#include "cuda_runtime_api.h"
#include "tests/simt/atomics.hpp"
#include "tests/simt/block.hpp"
#include "tests/simt/intrinsics.hpp"
#include "tests/simt/launch.hpp"
#include "tests/simt/warp.hpp"
