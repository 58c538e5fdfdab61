// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// How kernels/launch.cuh reaches the emulator. C++17, as kernels are.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "tests/simt/include/cuda_runtime_api.h"

namespace simt {

struct KernelLaunch {
  std::string name;  // with namespaces and template arguments
  dim3 grid;
  dim3 block;
  std::size_t shared_bytes;
  std::function<void()> thread;  // what each thread runs, its arguments bound
};

// Runs the kernel, or queues or captures it, as the stream's state asks. Returns CUDA's error for
// a shape that no device runs. Throws Error when the kernel runs at once and breaks a rule.
cudaError_t launch(KernelLaunch launch, cudaStream_t stream);

}  // namespace simt
