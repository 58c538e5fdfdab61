// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Device and pinned memory on the host's heap, copies and fills.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "tests/simt/error.hpp"
#include "tests/simt/runtime.hpp"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

namespace simt {
namespace {

std::size_t total_bytes = std::size_t{4} << 30;
constexpr std::size_t kAlignment = 256;  // as cudaMalloc promises
constexpr int kJunk = 0xff;

std::map<const char*, Allocation>& allocations() {
  static auto* all = new std::map<const char*, Allocation>;  // outlives every static destructor
  return *all;
}

std::size_t used_bytes = 0;
int device_accesses = 0;  // how many DeviceAccess live

std::size_t rounded(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

#ifdef __SANITIZE_ADDRESS__
void set_accessible(const char* begin, const Allocation& allocation, bool accessible) {
  __asan_poison_memory_region(begin, rounded(allocation.bytes));
  if (!accessible) return;
  __asan_unpoison_memory_region(begin, allocation.bytes);
  for (const auto& [first, bytes] : allocation.forbidden) {
    __asan_poison_memory_region(first, bytes);
  }
}
#else
void set_accessible(const char*, const Allocation&, bool) {}
#endif

void set_device_memory_accessible(bool accessible) {
  if (!kAddressSanitized) return;
  for (const auto& [begin, allocation] : allocations()) {
    if (!allocation.pinned) set_accessible(begin, allocation, accessible);
  }
}

cudaError_t allocate(void** pointer, std::size_t bytes, bool pinned) {
  ++mutable_counts().allocations;
  *pointer = nullptr;
  if (bytes == 0) return cudaSuccess;
  if (bytes > total_bytes || (!pinned && used_bytes + bytes > total_bytes)) {
    return fail(cudaErrorMemoryAllocation);
  }
  auto* begin = static_cast<char*>(std::aligned_alloc(kAlignment, rounded(bytes)));
  if (begin == nullptr) return fail(cudaErrorMemoryAllocation);
  std::memset(begin, kJunk, bytes);
  const auto& entry = *allocations().emplace(begin, Allocation{bytes, pinned, {}}).first;
  set_accessible(begin, entry.second, pinned || device_accesses > 0);
  if (!pinned) used_bytes += bytes;
  *pointer = begin;
  return cudaSuccess;
}

bool release(void* pointer, bool pinned) {
  const auto entry = allocations().find(static_cast<const char*>(pointer));
  if (entry == allocations().end() || entry->second.pinned != pinned) return false;
  if (!pinned) used_bytes -= entry->second.bytes;
#ifdef __SANITIZE_ADDRESS__
  __asan_unpoison_memory_region(pointer, rounded(entry->second.bytes));
#endif
  allocations().erase(entry);
  std::free(pointer);
  return true;
}

// Whether [address, address + bytes) is on the side asked for, and inside one allocation if any.
bool range_ok(const void* address, std::size_t bytes, bool device) {
  const auto* entry = find_allocation(address);
  if (device != (entry != nullptr && !entry->second.pinned)) return false;
  if (entry == nullptr) return true;
  return static_cast<const char*>(address) + bytes <= entry->first + entry->second.bytes;
}

bool copy_ok(const void* to, std::size_t to_bytes, const void* from, std::size_t from_bytes,
             cudaMemcpyKind kind) {
  const bool any = kind == cudaMemcpyDefault;
  const bool to_device = any ? is_device_memory(to)
                             : kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
  const bool from_device = any ? is_device_memory(from)
                               : kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
  return range_ok(to, to_bytes, to_device) && range_ok(from, from_bytes, from_device);
}

bool is_pageable(const void* address) { return find_allocation(address) == nullptr; }

cudaError_t copy_rows(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
                      std::size_t width, std::size_t height, cudaMemcpyKind kind,
                      cudaStream_t stream) {
  if (width == 0 || height == 0) return cudaSuccess;
  const std::size_t from_bytes = (height - 1) * from_pitch + width;
  if (!copy_ok(to, (height - 1) * to_pitch + width, from, from_bytes, kind)) {
    return fail(cudaErrorInvalidValue);
  }
  std::shared_ptr<std::vector<char>> staged;
  if (is_pageable(from) && !is_capturing(stream)) {  // CUDA reads pageable memory before it returns
    const char* bytes = static_cast<const char*>(from);
    staged = std::make_shared<std::vector<char>>(bytes, bytes + from_bytes);
  }
  return enqueue(stream, Work::other, [=] {
    const char* source = staged ? staged->data() : static_cast<const char*>(from);
    for (std::size_t row = 0; row < height; ++row) {
      std::memmove(static_cast<char*>(to) + row * to_pitch, source + row * from_pitch, width);
    }
  });
}

cudaError_t copy_rows_counted(void* to, std::size_t to_pitch, const void* from,
                              std::size_t from_pitch, std::size_t width, std::size_t height,
                              cudaMemcpyKind kind, cudaStream_t stream) {
  ++mutable_counts().copies;
  if (width > 0 && height > 0 && (is_pageable(to) || is_pageable(from))) {
    ++mutable_counts().pageable_async_copies;
  }
  return copy_rows(to, to_pitch, from, from_pitch, width, height, kind, stream);
}

}  // namespace

const std::pair<const char* const, Allocation>* find_allocation(const void* address) {
  const char* byte = static_cast<const char*>(address);
  auto next = allocations().upper_bound(byte);
  if (next == allocations().begin()) return nullptr;
  --next;
  return byte < next->first + next->second.bytes ? &*next : nullptr;
}

bool is_device_memory(const void* address) {
  const auto* entry = find_allocation(address);
  return entry != nullptr && !entry->second.pinned;
}

DeviceAccess::DeviceAccess() {
  if (device_accesses++ == 0) set_device_memory_accessible(true);
}

DeviceAccess::~DeviceAccess() {
  if (--device_accesses == 0) set_device_memory_accessible(false);
}

void forbid(const void* device_address, std::size_t bytes) {
  const auto* entry = find_allocation(device_address);
  if (entry == nullptr) throw Error("simt: forbid() asks for an address in an allocation");
  allocations()
      .at(entry->first)
      .forbidden.emplace_back(static_cast<const char*>(device_address), bytes);
}

DeviceMemorySize::DeviceMemorySize(std::size_t bytes)
    : before_(std::exchange(total_bytes, bytes)) {}
DeviceMemorySize::~DeviceMemorySize() { total_bytes = before_; }

}  // namespace simt

using namespace simt;

cudaError_t cudaMalloc(void** pointer, std::size_t bytes) {
  if (spoil_captures()) return fail(cudaErrorStreamCaptureUnsupported);
  return allocate(pointer, bytes, false);
}

cudaError_t cudaFree(void* pointer) {
  if (pointer == nullptr) return cudaSuccess;
  if (spoil_captures()) return fail(cudaErrorStreamCaptureUnsupported);
  drain_all();  // as CUDA waits for the device
  ++mutable_counts().frees;
  return release(pointer, false) ? cudaSuccess : fail(cudaErrorInvalidValue);
}

cudaError_t cudaMallocAsync(void** pointer, std::size_t bytes, cudaStream_t stream) {
  if (is_capturing(stream)) return fail(cudaErrorNotSupported);
  return allocate(pointer, bytes, false);
}

cudaError_t cudaFreeAsync(void* pointer, cudaStream_t stream) {
  if (pointer == nullptr) return cudaSuccess;
  if (is_capturing(stream)) return fail(cudaErrorNotSupported);
  const auto* entry = find_allocation(pointer);
  if (entry == nullptr || entry->first != pointer || entry->second.pinned) {
    return fail(cudaErrorInvalidValue);
  }
  ++mutable_counts().frees;
  return enqueue(stream, Work::other, [pointer] {
    if (!release(pointer, false)) throw Error("simt: device memory freed twice");
  });
}

cudaError_t cudaMallocHost(void** pointer, std::size_t bytes) {
  if (spoil_captures()) return fail(cudaErrorStreamCaptureUnsupported);
  return allocate(pointer, bytes, true);
}

cudaError_t cudaFreeHost(void* pointer) {
  if (pointer == nullptr) return cudaSuccess;
  if (spoil_captures()) return fail(cudaErrorStreamCaptureUnsupported);
  drain_all();
  ++mutable_counts().frees;
  return release(pointer, true) ? cudaSuccess : fail(cudaErrorInvalidValue);
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  *total = total_bytes;
  *free = used_bytes < total_bytes ? total_bytes - used_bytes : 0;
  return cudaSuccess;
}

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* pointer) {
  const auto* entry = find_allocation(pointer);
  void* address = const_cast<void*>(pointer);
  if (entry == nullptr) {
    *attributes = {cudaMemoryTypeUnregistered, -2, nullptr, address};
  } else if (entry->second.pinned) {
    *attributes = {cudaMemoryTypeHost, 0, address, address};
  } else {
    *attributes = {cudaMemoryTypeDevice, 0, address, nullptr};
  }
  return cudaSuccess;
}

cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  if (spoil_captures()) return fail(cudaErrorStreamCaptureImplicit);
  ++mutable_counts().copies;
  ++mutable_counts().host_waits;
  const cudaError_t error = copy_rows(to, bytes, from, bytes, bytes, 1, kind, nullptr);
  if (error == cudaSuccess) drain(nullptr);
  return error;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  return copy_rows_counted(to, bytes, from, bytes, bytes, 1, kind, stream);
}

cudaError_t cudaMemcpy2DAsync(void* to, std::size_t to_pitch, const void* from,
                              std::size_t from_pitch, std::size_t width, std::size_t height,
                              cudaMemcpyKind kind, cudaStream_t stream) {
  if (width > to_pitch || width > from_pitch) return fail(cudaErrorInvalidPitchValue);
  return copy_rows_counted(to, to_pitch, from, from_pitch, width, height, kind, stream);
}

cudaError_t cudaMemset(void* pointer, int value, std::size_t bytes) {
  return cudaMemsetAsync(pointer, value, bytes, nullptr);
}

cudaError_t cudaMemsetAsync(void* pointer, int value, std::size_t bytes, cudaStream_t stream) {
  ++mutable_counts().memsets;
  if (bytes == 0) return cudaSuccess;
  if (!range_ok(pointer, bytes, true)) return fail(cudaErrorInvalidValue);
  return enqueue(stream, Work::other, [=] { std::memset(pointer, value, bytes); });
}
