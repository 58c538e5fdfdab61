// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Address space far larger than memory, of which only the pages that are touched take any: for
// arithmetic on indices beyond 2^31.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <stdexcept>

namespace curb::testing {

template <class T>
class SparseMemory {
 public:
  /// All zero.
  explicit SparseMemory(std::size_t size) : bytes_(size * sizeof(T)) {
    memory_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory_ == MAP_FAILED) throw std::runtime_error("no address space for a test");
  }
  ~SparseMemory() { munmap(memory_, bytes_); }
  SparseMemory(const SparseMemory&) = delete;
  SparseMemory& operator=(const SparseMemory&) = delete;

  T* data() { return static_cast<T*>(memory_); }
  T& operator[](std::size_t i) { return data()[i]; }

 private:
  void* memory_ = nullptr;
  std::size_t bytes_;
};

}  // namespace curb::testing
