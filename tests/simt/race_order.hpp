// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What orders the memory accesses of a launch, for the race check. Internal to the emulator.
//
//   - Program order, inside a thread.
//   - A barrier, inside a block.
//   - A __syncwarp, between the lanes that take part. (A shuffle or vote orders nothing.)
//   - Between blocks: a fence and then an atomic by one thread, and a later atomic on the same
//     address by a thread of another block. What precedes the fence, in any of these ways, precedes
//     what follows the second atomic. So the last block to arrive may read what the others wrote.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "tests/simt/warp.hpp"

namespace simt::race {

using Moment = std::uint32_t;  // the number of accesses since the launch began

struct Access {
  Moment moment = 0;  // 0: there was none
  std::uint32_t block = 0;
  std::uint32_t code = 0;  // where in the program, relative to an anchor
  std::uint16_t thread = 0;
  bool atomic = false;
};

class Ordering {
 public:
  void launch_begins();
  void block_begins();
  void barrier_passed(Moment now) { last_barrier_ = now; }
  void lanes_synchronized(int warp, unsigned lanes, Moment now);
  void fence(std::uint32_t block, std::uint16_t thread, Moment now);
  void atomic(const void* address, const Access& access);

  // Whether `earlier` precedes whatever its own block's `thread` does now.
  bool precedes_in_block(const Access& earlier, std::uint16_t thread) const;

  // Whether `earlier`, of another block, precedes whatever the running block's `thread` does now.
  bool precedes_across_blocks(const Access& earlier, std::uint16_t thread) const;

 private:
  using LaneMoments = std::array<Moment, kWarpLanes>;

  // A thread's view of its own block: until when it knows of the others' accesses.
  struct View {
    std::uint32_t block = 0;
    std::uint16_t thread = 0;
    Moment own = 0;
    Moment barrier = 0;
    LaneMoments lanes = {};
    bool covers(const Access& access) const;
  };
  struct Acquire {
    const std::vector<View>* released;
    std::size_t count;  // how many of them there were
    Access by;
  };

  Moment last_barrier_ = 0;
  std::unordered_map<int, std::array<LaneMoments, kWarpLanes>> lane_syncs_;  // by warp
  std::unordered_map<std::uint16_t, View> fences_;                           // the last of a thread
  std::unordered_map<const void*, std::vector<View>> released_;              // by atomics, there
  std::vector<Acquire> acquired_;                                            // by this block
};

}  // namespace simt::race
