// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/backend/cpu_memory.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace curb::backend {
namespace {

constexpr std::size_t kAlignment = 256;
constexpr std::size_t kHugePage = std::size_t{1} << 21;

}  // namespace

void* allocate_zeros(std::size_t bytes) {
  const bool large = bytes >= 2 * kHugePage;
  void* memory = nullptr;
  if (posix_memalign(&memory, large ? kHugePage : kAlignment, bytes) != 0) throw std::bad_alloc();
#if defined(MADV_HUGEPAGE)
  if (large) madvise(memory, bytes, MADV_HUGEPAGE);  // a wish: without it all works as well
#endif
  std::memset(memory, 0, bytes);
  return memory;
}

void free_zeros(void* memory) noexcept { std::free(memory); }

}  // namespace curb::backend
