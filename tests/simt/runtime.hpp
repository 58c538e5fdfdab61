// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The state that the parts of the fake CUDA runtime share. Internal to the emulator.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "tests/simt/include/cuda_runtime_api.h"
#include "tests/simt/simt.hpp"

namespace simt {

// Remembers `error` for cudaGetLastError and returns it.
cudaError_t fail(cudaError_t error);

Counts& mutable_counts();
Order current_order();

// ---- memory

struct Allocation {
  std::size_t bytes = 0;
  bool pinned = false;  // host memory
  std::vector<std::pair<const char*, std::size_t>> forbidden;
};

// The allocation that holds `address`, device or pinned, by its start; null if none does.
const std::pair<const char* const, Allocation>* find_allocation(const void* address);
bool is_device_memory(const void* address);

// While one lives, device memory may be touched. Otherwise AddressSanitizer reports host code that
// follows a device pointer.
class DeviceAccess {
 public:
  DeviceAccess();
  ~DeviceAccess();
  DeviceAccess(const DeviceAccess&) = delete;
  DeviceAccess& operator=(const DeviceAccess&) = delete;
};

// ---- streams

enum class Work { kernel, other };  // kernels are counted when a graph runs them

// Runs `operation` now, queues it, or adds it to the graph that the stream captures.
cudaError_t enqueue(cudaStream_t stream, Work work, std::function<void()> operation);

bool is_capturing(cudaStream_t stream);

// For calls that a capture does not allow: true, and the capture is invalid, when any stream
// captures in a mode that forbids them.
bool spoil_captures();

// Runs queued operations until all streams, or what the given stream must wait for, are empty.
void drain_all();
void drain(cudaStream_t stream);

// A number below `bound` from the sequence that deferred streams follow; 0 when not deferred.
std::size_t deferred_choice(std::size_t bound);

}  // namespace simt
