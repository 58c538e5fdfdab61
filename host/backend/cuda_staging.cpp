// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/backend/cuda_staging.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "kernels/launch.cuh"

namespace curb::backend {
namespace {

using kernels::check;

/// Enough for the order of an epoch of nearly two million rows.
constexpr std::size_t kSlots = 8;
constexpr std::size_t kSlotBytes = std::size_t{1} << 20;

}  // namespace

void* allocate_pinned(std::size_t bytes) {
  void* memory = nullptr;
  const cudaError_t error = cudaMallocHost(&memory, bytes);
  if (error == cudaErrorMemoryAllocation) {
    cudaGetLastError();  // it is dealt with: later calls are not to find it
    throw std::bad_alloc();
  }
  check(error, "allocating pinned memory");
  return memory;
}

CudaStaging::CudaStaging() {
  for (std::size_t i = 0; i < kSlots; ++i) {
    slots_.push_back(std::make_unique<Slot>());
    slots_.back()->memory.reset(allocate_pinned(kSlotBytes));
  }
}

void CudaStaging::upload(const void* from, void* to, std::size_t bytes, cudaStream_t stream) {
  for (std::size_t done = 0; done < bytes; done += kSlotBytes) {
    Slot& slot = *slots_[next_];
    next_ = (next_ + 1) % kSlots;
    if (cudaEventQuery(slot.copied.get()) != cudaSuccess) {
      check(cudaEventSynchronize(slot.copied.get()), "waiting for an upload");
    }
    const std::size_t part = std::min(kSlotBytes, bytes - done);
    std::memcpy(slot.memory.get(), static_cast<const char*>(from) + done, part);
    check(cudaMemcpyAsync(static_cast<char*>(to) + done, slot.memory.get(), part,
                          cudaMemcpyHostToDevice, stream),
          "uploading");
    slot.copied.record(stream);
  }
}

}  // namespace curb::backend
