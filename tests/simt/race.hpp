// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What the scheduler and the kernels tell the race check. Programs built without -fsanitize=thread
// link race_absent.cpp, where these do nothing. Internal to the emulator.
#pragma once

#include <cstdint>

namespace simt::race {

void launch_begins();
void block_begins(std::uint32_t block);
void barrier_passed();                              // by every thread of the block
void lanes_synchronized(int warp, unsigned lanes);  // by a __syncwarp
void fence();                                       // by the running thread, for other blocks

}  // namespace simt::race
