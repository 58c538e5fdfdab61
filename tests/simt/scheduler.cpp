// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The life of grids, blocks and threads on fibers. What makes threads wait is in synchronize.cpp.
#include "tests/simt/scheduler.hpp"

#include <map>
#include <numeric>
#include <utility>

#include "tests/simt/block.hpp"
#include "tests/simt/race.hpp"
#include "tests/simt/shared_memory.hpp"

namespace simt {
namespace {

uint3 unflatten(std::uint64_t index, dim3 shape) {
  return {static_cast<unsigned>(index % shape.x), static_cast<unsigned>(index / shape.x % shape.y),
          static_cast<unsigned>(index / shape.x / shape.y)};
}

std::string to_string(uint3 index) {
  return "(" + std::to_string(index.x) + ", " + std::to_string(index.y) + ", " +
         std::to_string(index.z) + ")";
}

}  // namespace

Scheduler Scheduler::the_scheduler_;

void Scheduler::run_grid(const KernelLaunch& launch, Order order) {
  launch_ = &launch;
  order_ = order;
  random_ = Random(order.seed);
  gridDim = launch.grid;
  blockDim = launch.block;
  race::launch_begins();

  const std::uint64_t blocks =
      static_cast<std::uint64_t>(launch.grid.x) * launch.grid.y * launch.grid.z;
  if (order.kind == Order::Kind::seeded) {
    std::vector<std::uint64_t> shuffled(blocks);
    std::iota(shuffled.begin(), shuffled.end(), std::uint64_t{0});
    for (std::size_t i = shuffled.size(); i > 1; --i) {
      std::swap(shuffled[i - 1], shuffled[random_.below(i)]);
    }
    for (std::uint64_t block : shuffled) run_block(block);
  } else {
    const bool descending = order.kind == Order::Kind::descending;
    for (std::uint64_t i = 0; i < blocks; ++i) run_block(descending ? blocks - 1 - i : i);
  }
}

void Scheduler::run_block(std::uint64_t block) {
  const SharedMemory shared(launch_->shared_bytes);
  blockIdx = unflatten(block, gridDim);
  start_block();
  race::block_begins(static_cast<std::uint32_t>(block));

  in_kernel_ = true;
  resume(pick());  // returns when every thread is done, or one has failed
  in_kernel_ = false;
  if (error_) {
    // The other fibers are in the middle of the kernel: they begin afresh.
    idle_.clear();
    for (const auto& fiber : fibers_) {
      fiber->restart();
      idle_.push_back(fiber.get());
    }
    std::rethrow_exception(std::exchange(error_, nullptr));
  }
}

void Scheduler::start_block() {
  const int size = static_cast<int>(blockDim.x * blockDim.y * blockDim.z);
  threads_.assign(static_cast<std::size_t>(size), Thread{});
  warps_.clear();
  warps_.resize(static_cast<std::size_t>((size + kWarpLanes - 1) / kWarpLanes));
  for (int i = 0; i < size; ++i) warp_of(i).lanes |= 1u << i % kWarpLanes;
  arrived_ = finished_ = 0;
  votes_[0] = votes_[1] = 0;
  ready_.clear();
  release(0, size, State::unstarted);
}

void Scheduler::fiber_main() {
  Scheduler& scheduler = instance();
  for (;;) {  // one CUDA thread after another
    try {
      scheduler.launch_->thread();
      scheduler.finish_thread();
    } catch (...) {
      scheduler.error_ = std::current_exception();
    }
    if (scheduler.error_) scheduler.switch_to(scheduler.host_);
  }
}

void Scheduler::finish_thread() {
  Thread& thread = thread_at(current_);
  thread.state = State::done;
  ++finished_;
  if (arrived_ > 0) {
    fail("a thread leaves the kernel while others wait in __syncthreads at " +
         to_string(barrier_site_));
  }
  Warp& warp = warp_of(current_);
  warp.lanes &= ~(1u << lane());
  for (Collective& collective : warp.collectives) {
    if (complete(warp, collective)) release_lanes(current_ / kWarpLanes, collective);
  }

  Fiber* mine = std::exchange(thread.fiber, nullptr);
  if (finished_ == static_cast<int>(threads_.size())) {
    idle_.push_back(mine);
    switch_to(host_);
    return;
  }
  const int next = pick();
  if (thread_at(next).fiber == nullptr) {
    thread_at(next).fiber = mine;  // no switch: this fiber goes on with another thread
  } else {
    idle_.push_back(mine);
  }
  resume(next);
}

void Scheduler::release(int first, int last, State state, const Collective* collective) {
  const auto make_ready = [&](int index) {
    Thread& thread = thread_at(index);
    if (thread.state != state || (collective != nullptr && thread.waits_for != collective)) return;
    thread.state = State::ready;
    thread.waits_for = nullptr;
    ready_.push_back(index);
  };
  // pick() takes from the back.
  if (order_.kind == Order::Kind::descending) {
    for (int i = first; i < last; ++i) make_ready(i);
  } else {
    for (int i = last; i-- > first;) make_ready(i);
  }
}

int Scheduler::pick() {
  if (ready_.empty()) fail("deadlock: " + who_waits());
  if (order_.kind == Order::Kind::seeded) {
    std::swap(ready_[random_.below(ready_.size())], ready_.back());
  }
  const int next = ready_.back();
  ready_.pop_back();
  return next;
}

void Scheduler::resume(int index) {
  current_ = index;
  threadIdx = unflatten(static_cast<std::uint64_t>(index), blockDim);
  Thread& thread = thread_at(index);
  if (thread.fiber == nullptr) {
    if (idle_.empty()) {
      fibers_.push_back(std::make_unique<Fiber>(&Scheduler::fiber_main));
      idle_.push_back(fibers_.back().get());
    }
    thread.fiber = idle_.back();
    idle_.pop_back();
  }
  switch_to(*thread.fiber);
}

void Scheduler::switch_to(Fiber& fiber) {
  if (&fiber == running_) return;
  Fiber* from = std::exchange(running_, &fiber);
  from->switch_to(fiber);
}

void Scheduler::fail(const std::string& what) const {
  throw Error("simt: " + what + " [" + launch_->name + ", block " + to_string(blockIdx) +
              ", thread " + to_string(threadIdx) + "]");
}

std::string Scheduler::who_waits() const {
  std::map<std::string, int> waiting;
  for (const Thread& thread : threads_) {
    if (thread.state != State::at_barrier && thread.state != State::at_collective) continue;
    const bool barrier = thread.state == State::at_barrier;
    ++waiting[std::string(barrier ? "__syncthreads" : thread.waits_for->operation) + " at " +
              to_string(thread.site)];
  }
  std::string text;
  for (const auto& [where, threads] : waiting) {
    text += std::to_string(threads) + " thread(s) wait in " + where + ", ";
  }
  return text + std::to_string(finished_) + " have left the kernel";
}

}  // namespace simt
