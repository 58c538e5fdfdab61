// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What orders the memory accesses of a launch, for the race check.
#include "tests/simt/race_order.hpp"

namespace simt::race {

void Ordering::launch_begins() {
  released_.clear();
  block_begins();
}

void Ordering::block_begins() {
  last_barrier_ = 0;
  lane_syncs_.clear();
  fences_.clear();
  acquired_.clear();
}

void Ordering::lanes_synchronized(int warp, unsigned lanes, Moment now) {
  auto& moments = lane_syncs_[warp];
  for (int a = 0; a < kWarpLanes; ++a) {
    if ((lanes >> a & 1u) == 0) continue;
    for (int b = 0; b < kWarpLanes; ++b) {
      if ((lanes >> b & 1u) != 0) {
        moments[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)] = now;
      }
    }
  }
}

void Ordering::fence(std::uint32_t block, std::uint16_t thread, Moment now) {
  View& view = fences_[thread];
  view = {block, thread, now, last_barrier_, {}};
  const auto warp = lane_syncs_.find(thread / kWarpLanes);
  if (warp != lane_syncs_.end()) view.lanes = warp->second[thread % kWarpLanes];
}

void Ordering::atomic(const void* address, const Access& access) {
  const auto releases = released_.find(address);
  if (releases != released_.end()) {
    acquired_.push_back({&releases->second, releases->second.size(), access});
  }
  const auto fence = fences_.find(access.thread);
  if (fence != fences_.end()) released_[address].push_back(fence->second);
}

bool Ordering::precedes_in_block(const Access& earlier, std::uint16_t thread) const {
  if (earlier.thread == thread || earlier.moment <= last_barrier_) return true;
  if (earlier.thread / kWarpLanes != thread / kWarpLanes) return false;
  const auto warp = lane_syncs_.find(thread / kWarpLanes);
  return warp != lane_syncs_.end() &&
         earlier.moment <= warp->second[thread % kWarpLanes][earlier.thread % kWarpLanes];
}

bool Ordering::View::covers(const Access& access) const {
  if (access.block != block) return false;
  if (access.moment <= barrier) return true;
  if (access.thread == thread) return access.moment <= own;
  return access.thread / kWarpLanes == thread / kWarpLanes &&
         access.moment <= lanes[access.thread % kWarpLanes];
}

bool Ordering::precedes_across_blocks(const Access& earlier, std::uint16_t thread) const {
  for (const Acquire& acquire : acquired_) {
    if (!precedes_in_block(acquire.by, thread)) continue;
    for (std::size_t i = 0; i < acquire.count; ++i) {
      if ((*acquire.released)[i].covers(earlier)) return true;
    }
  }
  return false;
}

}  // namespace simt::race
