// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The CPU backend's memory. Data sets are of hundreds of megabytes and read in random order: in
// pages of 4 KiB every row costs a miss of the page tables, so large blocks ask for huge pages.
#pragma once

#include <cstddef>

namespace curb::backend {

/// Zeros, aligned to 256 bytes; free_zeros gives them back. Throws std::bad_alloc.
void* allocate_zeros(std::size_t bytes);
void free_zeros(void* memory) noexcept;

}  // namespace curb::backend
