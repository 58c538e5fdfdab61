// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Fibers: a hand-written switch on x86-64, where swapcontext's two system calls would dominate the
// run time of every test, and ucontext elsewhere. AddressSanitizer is told of every switch.
#include "tests/simt/fiber.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/simt/error.hpp"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

#ifdef __SANITIZE_ADDRESS__
// From g++ 13 on AddressSanitizer looks for uses of variables whose function has returned, unless
// it is told not to: with a second stack for each fiber, which takes six times as long.
extern "C" __attribute__((visibility("default"))) const char* __asan_default_options() {
  return "detect_stack_use_after_return=0";
}
#endif

#ifndef SIMT_USE_UCONTEXT
// Saves the registers that a call preserves on the old stack and loads them from the new one.
extern "C" void simt_switch_stack(void** save_stack_pointer, void* load_stack_pointer);
asm(R"(
.text
.globl simt_switch_stack
.type simt_switch_stack,@function
simt_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size simt_switch_stack,.-simt_switch_stack
)");
#endif

namespace simt {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kStackBytes = 256 << 10;  // red zones and spills make frames larger
#else
constexpr std::size_t kStackBytes = 64 << 10;
#endif

Fiber* switched_from = nullptr;
Fiber* running = nullptr;

}  // namespace

Fiber::Fiber(Entry entry) : entry_(entry), stack_bytes_(kStackBytes) {
  void* stack = mmap(nullptr, stack_bytes_, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (stack == MAP_FAILED) throw Error("simt: no memory for the stack of a fiber");
  stack_ = static_cast<char*>(stack);
  // A kernel that overflows its stack must fault, not write into its neighbour's.
  mprotect(stack_, static_cast<std::size_t>(getpagesize()), PROT_NONE);
  restart();
}

Fiber::~Fiber() {
  if (entry_ != nullptr) munmap(stack_, stack_bytes_);
}

void Fiber::restart() {
#ifdef __SANITIZE_ADDRESS__
  __asan_unpoison_memory_region(stack_, stack_bytes_);
#endif
  fake_stack_ = nullptr;
#ifdef SIMT_USE_UCONTEXT
  getcontext(&context_);
  context_.uc_stack.ss_sp = stack_;
  context_.uc_stack.ss_size = stack_bytes_;
  context_.uc_link = nullptr;
  makecontext(&context_, &Fiber::begin, 0);
#else
  // What simt_switch_stack pops: six registers, then the address to return to. The null above it
  // ends backtraces and leaves the stack aligned as a call would.
  constexpr int kSavedRegisters = 6;
  void** top = reinterpret_cast<void**>(stack_ + stack_bytes_) - 2;
  *--top = nullptr;
  *--top = reinterpret_cast<void*>(&Fiber::begin);
  for (int i = 0; i < kSavedRegisters; ++i) *--top = nullptr;
  stack_pointer_ = top;
#endif
}

void Fiber::switch_to(Fiber& next) {
  switched_from = this;
  running = &next;
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_start_switch_fiber(&fake_stack_, next.stack_, next.stack_bytes_);
#endif
#ifdef SIMT_USE_UCONTEXT
  swapcontext(&context_, &next.context_);
#else
  simt_switch_stack(&stack_pointer_, next.stack_pointer_);
#endif
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber(fake_stack_, nullptr, nullptr);
#endif
}

void Fiber::begin() {
#ifdef __SANITIZE_ADDRESS__
  // The bounds of a stack that was not made here are learnt from the first switch away from it.
  const void* stack = nullptr;
  std::size_t bytes = 0;
  __sanitizer_finish_switch_fiber(nullptr, &stack, &bytes);
  if (switched_from->stack_ == nullptr) {
    switched_from->stack_ = static_cast<char*>(const_cast<void*>(stack));
    switched_from->stack_bytes_ = bytes;
  }
#endif
  running->entry_();
  std::abort();
}

}  // namespace simt
