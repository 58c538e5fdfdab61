// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The functions that code compiled with -fsanitize=thread calls at every access to memory. Linked
// in place of the compiler's own library, which knows threads of the operating system only.
#include <cstddef>
#include <cstdint>

#include "tests/simt/race_access.hpp"

using simt::race::access;
using simt::race::AccessKind;

// Only the hook itself knows its return address.
#define SIMT_TELL(address, bytes, kind) \
  access(address, bytes, AccessKind::kind, __builtin_return_address(0))

#define SIMT_PLAIN_HOOKS(bytes)                                                         \
  void __tsan_read##bytes(void* address) { SIMT_TELL(address, bytes, read); }           \
  void __tsan_write##bytes(void* address) { SIMT_TELL(address, bytes, write); }         \
  void __tsan_unaligned_read##bytes(void* address) { SIMT_TELL(address, bytes, read); } \
  void __tsan_unaligned_write##bytes(void* address) { SIMT_TELL(address, bytes, write); }

#define SIMT_FETCH_HOOK(bits, operation)                                          \
  std::uint##bits##_t __tsan_atomic##bits##_fetch_##operation(                    \
      volatile std::uint##bits##_t* address, std::uint##bits##_t value, int) {    \
    SIMT_TELL(const_cast<std::uint##bits##_t*>(address), bits / 8, atomic_write); \
    return __atomic_fetch_##operation(address, value, __ATOMIC_SEQ_CST);          \
  }

#define SIMT_COMPARE_EXCHANGE_HOOK(bits, strength)                                             \
  int __tsan_atomic##bits##_compare_exchange_##strength(volatile std::uint##bits##_t* address, \
                                                        std::uint##bits##_t* expected,         \
                                                        std::uint##bits##_t value, int, int) { \
    SIMT_TELL(const_cast<std::uint##bits##_t*>(address), bits / 8, atomic_write);              \
    return __atomic_compare_exchange_n(address, expected, value, false, __ATOMIC_SEQ_CST,      \
                                       __ATOMIC_SEQ_CST);                                      \
  }

#define SIMT_ATOMIC_HOOKS(bits)                                                               \
  std::uint##bits##_t __tsan_atomic##bits##_load(const volatile std::uint##bits##_t* address, \
                                                 int) {                                       \
    SIMT_TELL(const_cast<std::uint##bits##_t*>(address), bits / 8, atomic_read);              \
    return __atomic_load_n(address, __ATOMIC_SEQ_CST);                                        \
  }                                                                                           \
  void __tsan_atomic##bits##_store(volatile std::uint##bits##_t* address,                     \
                                   std::uint##bits##_t value, int) {                          \
    SIMT_TELL(const_cast<std::uint##bits##_t*>(address), bits / 8, atomic_write);             \
    __atomic_store_n(address, value, __ATOMIC_SEQ_CST);                                       \
  }                                                                                           \
  std::uint##bits##_t __tsan_atomic##bits##_exchange(volatile std::uint##bits##_t* address,   \
                                                     std::uint##bits##_t value, int) {        \
    SIMT_TELL(const_cast<std::uint##bits##_t*>(address), bits / 8, atomic_write);             \
    return __atomic_exchange_n(address, value, __ATOMIC_SEQ_CST);                             \
  }                                                                                           \
  SIMT_FETCH_HOOK(bits, add)                                                                  \
  SIMT_FETCH_HOOK(bits, sub)                                                                  \
  SIMT_FETCH_HOOK(bits, and)                                                                  \
  SIMT_FETCH_HOOK(bits, or)                                                                   \
  SIMT_FETCH_HOOK(bits, xor)                                                                  \
  SIMT_FETCH_HOOK(bits, nand)                                                                 \
  SIMT_COMPARE_EXCHANGE_HOOK(bits, weak)                                                      \
  SIMT_COMPARE_EXCHANGE_HOOK(bits, strong)

extern "C" {

void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_vptr_read(void**) {}
void __tsan_vptr_update(void**, void*) {}
void __tsan_atomic_thread_fence(int) {}
void __tsan_atomic_signal_fence(int) {}

SIMT_PLAIN_HOOKS(1)
SIMT_PLAIN_HOOKS(2)
SIMT_PLAIN_HOOKS(4)
SIMT_PLAIN_HOOKS(8)
SIMT_PLAIN_HOOKS(16)

void __tsan_read_range(void* address, std::size_t bytes) { SIMT_TELL(address, bytes, read); }
void __tsan_write_range(void* address, std::size_t bytes) { SIMT_TELL(address, bytes, write); }

SIMT_ATOMIC_HOOKS(8)
SIMT_ATOMIC_HOOKS(16)
SIMT_ATOMIC_HOOKS(32)
SIMT_ATOMIC_HOOKS(64)

}  // extern "C"
