// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Which addresses are the host's.
#pragma once

#include <cstdint>
#include <limits>

namespace curb::plan {

/// Finds out which addresses the CPU may read, with no word from CUDA: asking that would open the
/// GPU for a plan that has no use for it.
class HostMemory {
 public:
  /// Also true where there is no telling. Quick for addresses near the one before: a GPU's memory
  /// shares no block of 2 MiB, the least that CUDA maps, with the host's.
  bool can_read(const void* address);

 private:
  std::uintptr_t readable_block_ = std::numeric_limits<std::uintptr_t>::max();
};

}  // namespace curb::plan
