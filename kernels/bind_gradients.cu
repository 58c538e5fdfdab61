// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Writes the gradients' addresses into the plan's table. They travel as kernel arguments: no pinned
// buffer to guard against reuse, no copy from pageable memory, nothing waits, and it may be
// captured.
#include "kernels/launch.cuh"
#include "kernels/simt.cuh"
#include "kernels/update.hpp"

namespace curb::kernels {
namespace {

/// 4 KB of arguments is what every CUDA version accepts.
constexpr std::uint32_t kPointersPerLaunch = 500;

struct Pointers {
  const void* value[kPointersPerLaunch];
};

}  // namespace

__global__ void write_pointers(const void** destination, Pointers pointers, std::uint32_t count) {
  const std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) destination[i] = pointers.value[i];
}

// ---------------------------------------------------------------------------------- launchers

void launch_bind_gradients(const void** table, const void* const* gradients, std::size_t count,
                           Stream stream) {
  constexpr std::uint32_t kThreads = 256;
  for (std::size_t first = 0; first < count; first += kPointersPerLaunch) {
    const auto size = static_cast<std::uint32_t>(
        count - first < kPointersPerLaunch ? count - first : kPointersPerLaunch);
    Pointers pointers;
    for (std::uint32_t i = 0; i < size; ++i) {
      pointers.value[i] = gradients[first + i];
    }
    launch<write_pointers>({dim3((size + kThreads - 1) / kThreads), dim3(kThreads)}, stream,
                           table + first, pointers, size);
  }
}

}  // namespace curb::kernels
