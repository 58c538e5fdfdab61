// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a fused step is measured against: a plain update in place with the same reads and writes.
//
// The loops are compiled once per instruction set, and the one taken is the one that the plan's
// host executor takes.
#pragma once

#include <cstdint>

namespace curb::bench {

/// Reads `weight`, `gradient` and the states, and writes `weight` and the states, `count` elements
/// each:
///   no state    w -= eta g
///   one state   v = mu v + g, w -= eta v
///   two states  the same, and a running mean of g^2
/// Adam's square root and division are left out: only memory is to limit this loop.
using PlainUpdate = void(int threads, std::int64_t count, int states, float* weight,
                         const float* gradient, float* state0, float* state1);

/// The loop compiled for the instruction set that a Plan uses on this processor.
PlainUpdate* select_plain_update();

PlainUpdate plain_update_baseline;
#if defined(CURB_X86_64_LEVELS)
PlainUpdate plain_update_x86_64_v3;
PlainUpdate plain_update_x86_64_v4;
#endif

}  // namespace curb::bench
