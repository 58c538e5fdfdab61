// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The shared memory of the block that is running. Internal to the emulator.
#pragma once

#include <cstddef>
#include <string>

namespace simt {

constexpr std::size_t kMaxDynamicSharedBytes = 227 << 10;  // of compute capability 9.0

// Fresh shared memory for one block: every byte, dynamic or of a `__shared__` variable, is junk
// (0xff: NaN as float, -1 as integer, and a bool that UBSan reports).
class SharedMemory {
 public:
  explicit SharedMemory(std::size_t dynamic_bytes);
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  static bool contains(const void* address);
  static std::string describe(const void* address);  // of an address in it
};

}  // namespace simt
