// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Pinned memory that uploads pass through: what is uploaded may be reused at once, and the host
// waits for nothing but its own uploads, where they are longer than all of it.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "host/backend/cuda_graph.hpp"

namespace curb::backend {

/// Host memory that the device copies from and to without the driver's help, and that kernels can
/// read. Throws std::bad_alloc.
void* allocate_pinned(std::size_t bytes);

struct FreePinned {
  void operator()(void* memory) const { cudaFreeHost(memory); }
};
template <class T>
using Pinned = std::unique_ptr<T, FreePinned>;

class CudaStaging {
 public:
  /// Of the current device.
  CudaStaging();

  /// In the order of the stream, always the same one.
  void upload(const void* from, void* to, std::size_t bytes, cudaStream_t stream);

 private:
  struct Slot {
    Pinned<void> memory;
    CudaEvent copied{cudaEventDisableTiming};
  };

  std::vector<std::unique_ptr<Slot>> slots_;  ///< used in turn
  std::size_t next_ = 0;
};

}  // namespace curb::backend
