// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Chooses the plain loop that was compiled for the same instruction set as the plan's loops.
#include "bench/plain_update.hpp"

#include "bench/instruction_set.hpp"

namespace curb::bench {

PlainUpdate* select_plain_update() {
#if defined(CURB_X86_64_LEVELS)
  return like_the_plan(plain_update_baseline, plain_update_x86_64_v3, plain_update_x86_64_v4);
#else
  return plain_update_baseline;
#endif
}

}  // namespace curb::bench
