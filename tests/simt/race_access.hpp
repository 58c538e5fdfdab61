// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// How the compiler's hooks tell the race check of an access. Internal to the emulator.
#pragma once

#include <cstddef>

namespace simt::race {

enum class AccessKind { read, write, atomic_read, atomic_write };

// `code` is the return address of the hook. Accesses outside kernels, to stacks and to memory that
// is neither the device's nor shared are ignored.
void access(const void* address, std::size_t bytes, AccessKind kind, const void* code);

}  // namespace simt::race
