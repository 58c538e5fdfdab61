// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Fibers: stacks that one OS thread switches between. Internal to the emulator.
#pragma once

#include <cstddef>

#if !defined(__x86_64__) || defined(SIMT_UCONTEXT)
#define SIMT_USE_UCONTEXT 1
#include <ucontext.h>
#endif

namespace simt {

class Fiber {
 public:
  using Entry = void (*)();

  Fiber() = default;            // stands for the stack it is constructed on
  explicit Fiber(Entry entry);  // a stack of its own, on which `entry` runs; it must not return
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Called on this fiber: goes on with `next`, and returns when somebody switches back.
  void switch_to(Fiber& next);

  // Called on another fiber: forgets what this one was doing; it will begin at its entry again.
  void restart();

  bool on_stack(const void* address) const {
    const char* byte = static_cast<const char*>(address);
    return byte >= stack_ && byte < stack_ + stack_bytes_;
  }

 private:
  static void begin();

  Entry entry_ = nullptr;
  char* stack_ = nullptr;
  std::size_t stack_bytes_ = 0;
  void* fake_stack_ = nullptr;  // AddressSanitizer's, while the fiber does not run
#ifdef SIMT_USE_UCONTEXT
  ucontext_t context_ = {};
#else
  void* stack_pointer_ = nullptr;
#endif
};

}  // namespace simt
