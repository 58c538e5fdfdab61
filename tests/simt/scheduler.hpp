// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Runs the threads of one block on fibers, in the order asked for. Internal to the emulator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/simt/fiber.hpp"
#include "tests/simt/launch.hpp"
#include "tests/simt/simt.hpp"
#include "tests/simt/warp.hpp"

namespace simt {

// xorshift64: small, and the same everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ull | 1u) {}
  std::uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }

 private:
  std::uint64_t state_;
};

class Scheduler {
 public:
  static Scheduler& instance() { return the_scheduler_; }

  // Runs every block of the grid. Throws Error.
  void run_grid(const KernelLaunch& launch, Order order);

  // The rest is for the running CUDA thread.
  bool in_kernel() const { return in_kernel_; }
  int thread() const { return current_; }  // its index in the block
  int lane() const { return current_ % kWarpLanes; }
  bool on_stack(const void* address) const { return running_->on_stack(address); }
  const std::string& kernel() const { return launch_->name; }

  int barrier(bool predicate, Site site);
  Lanes gather(unsigned mask, const void* value, std::size_t bytes, const char* operation,
               bool orders_memory, Site site);
  void maybe_yield();

  // Ends the launch: throws Error, which unwinds this thread and then the host's call of
  // run_grid. The stacks of the other threads are given up, not unwound.
  [[noreturn]] void fail(const std::string& what) const;

 private:
  // Not a static of instance(): every memory access of a race-checked kernel asks for it, and the
  // test whether it is constructed yet would show.
  static Scheduler the_scheduler_;

  enum class State : std::uint8_t { unstarted, ready, at_barrier, at_collective, done };

  // A collective in progress among the lanes of one mask. Its values are kept for two generations:
  // a quick lane may bring its next value while a slow one still reads.
  struct Collective {
    unsigned mask = 0;
    unsigned arrived = 0;
    unsigned generation = 0;
    const char* operation = nullptr;
    bool orders_memory = false;
    Site site;
    unsigned took_part[2] = {0, 0};
    alignas(kLaneBytes) unsigned char values[2][kWarpLanes][kLaneBytes] = {};
  };

  struct Warp {
    unsigned lanes = 0;  // that have not left the kernel
    std::deque<Collective> collectives;
  };

  struct Thread {
    State state = State::unstarted;
    Fiber* fiber = nullptr;
    Collective* waits_for = nullptr;
    Site site;
  };

  void run_block(std::uint64_t block);
  void start_block();
  static void fiber_main();
  void finish_thread();

  Thread& thread_at(int index) { return threads_[static_cast<std::size_t>(index)]; }
  Warp& warp_of(int index) { return warps_[static_cast<std::size_t>(index / kWarpLanes)]; }

  // Makes those of [first, last) ready that are in `state` (and wait for `collective`, if any).
  void release(int first, int last, State state, const Collective* collective = nullptr);
  int pick();
  void resume(int thread);
  void switch_to(Fiber& fiber);
  void wait();  // until somebody resumes the running thread
  Collective& collective_of(Warp& warp, unsigned mask);
  static bool complete(const Warp& warp, const Collective& collective);
  void release_lanes(int warp, Collective& collective);
  std::string who_waits() const;

  const KernelLaunch* launch_ = nullptr;
  Order order_;
  Random random_{1};

  Fiber host_;
  Fiber* running_ = &host_;
  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::vector<Fiber*> idle_;

  bool in_kernel_ = false;
  int current_ = 0;  // the running thread
  std::vector<Thread> threads_;
  std::vector<Warp> warps_;
  std::vector<int> ready_;  // the next to run is at the back
  int arrived_ = 0;         // at the barrier
  int finished_ = 0;
  Site barrier_site_;
  unsigned barriers_passed_ = 0;
  int votes_[2] = {0, 0};  // of the present barrier and of the one before it
  std::exception_ptr error_;
};

}  // namespace simt
