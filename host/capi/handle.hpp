// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What is inside a curb_plan: a word that says whether it holds a plan and whether that is in use,
// the plan, and the handle's own address, by which a copy gives itself away.
//
// The handle lives in the caller's memory, so that one whose plan is gone can still be asked.
#pragma once

#include <atomic>
#include <curb/curb.hpp>
#include <memory>
#include <vector>

#include "host/capi/status.hpp"

namespace curb::capi {

/// What a handle holds.
struct HeldPlan {
  Plan plan;
  std::size_t group_count;
  /// Room for the caller's gradients, one per tensor, so that binding them allocates nothing.
  std::vector<const void*> gradients;
  std::vector<void*> writable_gradients;
};

enum class HandleState : std::uint64_t {
  empty = 0,
  idle = 0x6375726220696431,  // numbers that memory does not hold by chance
  busy = 0x6375726220627331,
};

/// Holds a handle for the duration of one call. Throws Failure: CURB_INVALID_PLAN for a handle that
/// is not in the state `from`, CURB_BUSY for one that another thread holds.
class Claim {
 public:
  Claim(curb_plan* handle, HandleState from) : handle_(handle), after_(from) {
    if (handle == nullptr) throw Failure(CURB_INVALID_PLAN, "plan: is null");
    if (reinterpret_cast<std::uintptr_t>(handle) % alignof(curb_plan) != 0) {
      throw Failure(CURB_INVALID_PLAN, "plan: is not aligned as a curb_plan");
    }
    auto found = static_cast<std::uint64_t>(from);
    if (!state().compare_exchange_strong(found, static_cast<std::uint64_t>(HandleState::busy))) {
      refuse_state(static_cast<HandleState>(found));
    }
    if (from == HandleState::idle && handle->internal[2] != address()) {
      release();
      throw Failure(CURB_INVALID_PLAN,
                    "plan: is a copy of the handle that curb_plan_create filled, or was moved");
    }
  }
  ~Claim() { release(); }
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

  HeldPlan& held() const {
    return *reinterpret_cast<HeldPlan*>(static_cast<std::uintptr_t>(handle_->internal[1]));
  }
  Plan& plan() const { return held().plan; }

  /// Fills an empty handle.
  void fill(std::unique_ptr<HeldPlan> held) {
    handle_->internal[1] = reinterpret_cast<std::uintptr_t>(held.release());
    handle_->internal[2] = address();
    after_ = HandleState::idle;
  }

  /// Leaves the handle empty.
  std::unique_ptr<HeldPlan> clear() {
    std::unique_ptr<HeldPlan> taken(&held());
    handle_->internal[1] = 0;
    handle_->internal[2] = 0;
    after_ = HandleState::empty;
    return taken;
  }

 private:
  std::atomic_ref<std::uint64_t> state() const {
    return std::atomic_ref<std::uint64_t>(handle_->internal[0]);
  }
  std::uint64_t address() const { return reinterpret_cast<std::uintptr_t>(handle_); }
  void release() { state().store(static_cast<std::uint64_t>(after_)); }

  [[noreturn]] static void refuse_state(HandleState found) {
    if (found == HandleState::busy) {
      throw Failure(CURB_BUSY, "plan: is in use by another thread");
    }
    if (found == HandleState::idle) {
      throw Failure(CURB_INVALID_PLAN, "plan: holds a plan already, which must be destroyed first");
    }
    if (found != HandleState::empty) {
      throw Failure(CURB_INVALID_PLAN, "plan: holds no plan: it did not begin as CURB_PLAN_INIT");
    }
    throw Failure(CURB_INVALID_PLAN,
                  "plan: holds no plan: it was never created, or is destroyed already");
  }

  curb_plan* handle_;
  HandleState after_;  ///< the state that the claim leaves behind
};

}  // namespace curb::capi
