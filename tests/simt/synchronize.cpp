// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Where threads wait for one another: barriers and warp collectives.
#include <cstring>

#include "tests/simt/block.hpp"
#include "tests/simt/race.hpp"
#include "tests/simt/scheduler.hpp"

namespace simt {

int Scheduler::barrier(bool predicate, Site site) {
  if (finished_ > 0) {
    fail("__syncthreads at " + to_string(site) + " after " + std::to_string(finished_) +
         " thread(s) have left the kernel");
  }
  if (arrived_ == 0) {
    barrier_site_ = site;
  } else if (site.line != barrier_site_.line || std::strcmp(site.file, barrier_site_.file) != 0) {
    fail("divergent __syncthreads: at " + to_string(barrier_site_) + " and at " + to_string(site));
  }
  const unsigned parity = barriers_passed_ & 1u;
  votes_[parity] += predicate;
  Thread& thread = thread_at(current_);
  thread.state = State::at_barrier;
  thread.site = site;
  if (++arrived_ == static_cast<int>(threads_.size())) {
    arrived_ = 0;
    votes_[++barriers_passed_ & 1u] = 0;
    race::barrier_passed();
    release(0, static_cast<int>(threads_.size()), State::at_barrier);
  }
  wait();
  return votes_[parity];
}

void Scheduler::wait() { resume(pick()); }

Lanes Scheduler::gather(unsigned mask, const void* value, std::size_t bytes, const char* operation,
                        bool orders_memory, Site site) {
  if ((mask >> lane() & 1u) == 0) {
    fail(std::string(operation) + " at " + to_string(site) +
         ": the calling lane is not in its own mask");
  }
  const int warp_index = current_ / kWarpLanes;
  Warp& warp = warp_of(current_);
  Collective& collective = collective_of(warp, mask);
  if (collective.arrived == 0) {
    collective.operation = operation;
    collective.orders_memory = orders_memory;
    collective.site = site;
  } else if (site.line != collective.site.line ||
             std::strcmp(operation, collective.operation) != 0) {
    fail("lanes of one mask are in different collectives: " + std::string(collective.operation) +
         " at " + to_string(collective.site) + " and " + operation + " at " + to_string(site));
  }
  const unsigned parity = collective.generation & 1u;
  std::memcpy(collective.values[parity][lane()], value, bytes);
  collective.arrived |= 1u << lane();

  if (complete(warp, collective)) {
    release_lanes(warp_index, collective);
    maybe_yield();
  } else {
    Thread& thread = thread_at(current_);
    thread.state = State::at_collective;
    thread.waits_for = &collective;
    thread.site = site;
    wait();
  }
  return {collective.took_part[parity], collective.values[parity]};
}

Scheduler::Collective& Scheduler::collective_of(Warp& warp, unsigned mask) {
  for (Collective& collective : warp.collectives) {
    if (collective.mask == mask) return collective;
  }
  warp.collectives.emplace_back();
  warp.collectives.back().mask = mask;
  return warp.collectives.back();
}

bool Scheduler::complete(const Warp& warp, const Collective& collective) {
  return collective.arrived != 0 && collective.arrived == (collective.mask & warp.lanes);
}

void Scheduler::release_lanes(int warp_index, Collective& collective) {
  const int first = warp_index * kWarpLanes;
  const int last = std::min(first + kWarpLanes, static_cast<int>(threads_.size()));
  collective.took_part[collective.generation++ & 1u] = collective.arrived;
  if (collective.orders_memory) race::lanes_synchronized(warp_index, collective.arrived);
  collective.arrived = 0;
  release(first, last, State::at_collective, &collective);
}

void Scheduler::maybe_yield() {
  constexpr std::size_t kOneIn = 4;
  if (order_.kind != Order::Kind::seeded || ready_.empty() || random_.below(kOneIn) != 0) return;
  thread_at(current_).state = State::ready;
  ready_.push_back(current_);
  wait();
}

int barrier(bool predicate, Site site) { return Scheduler::instance().barrier(predicate, site); }

int lane_index() { return Scheduler::instance().lane(); }

Lanes gather(unsigned mask, const void* value, std::size_t bytes, const char* operation,
             Site site) {
  return Scheduler::instance().gather(mask, value, bytes, operation, false, site);
}

void sync_lanes(unsigned mask, Site site) {
  const char nothing = 0;
  Scheduler::instance().gather(mask, &nothing, sizeof(nothing), "__syncwarp", true, site);
}

void maybe_yield() { Scheduler::instance().maybe_yield(); }

void fence() { race::fence(); }

}  // namespace simt
