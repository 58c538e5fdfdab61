// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/plan/host_memory.hpp"

#ifdef __linux__
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#endif

namespace curb::plan {
namespace {

/// The kernel reads a byte for us, and says so where we could not: a GPU's memory has addresses in
/// the process, but none that may be read.
bool kernel_can_read([[maybe_unused]] const void* address) {
#ifdef __linux__
  char byte = 0;
  const iovec here{&byte, 1};
  const iovec there{const_cast<void*>(address), 1};
  return ::process_vm_readv(::getpid(), &here, 1, &there, 1, 0) == 1 || errno != EFAULT;
#else
  return true;
#endif
}

}  // namespace

bool HostMemory::can_read(const void* address) {
  constexpr std::uintptr_t kBlock = std::uintptr_t{2} << 20;
  const std::uintptr_t block = reinterpret_cast<std::uintptr_t>(address) / kBlock;
  if (block == readable_block_) return true;
  if (!kernel_can_read(address)) return false;
  readable_block_ = block;
  return true;
}

}  // namespace curb::plan
