// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Chooses the plain loop that was compiled for the same instruction set as the plan's loops.
#include "bench/plain_update.hpp"

#include "host/plan/host_step.hpp"

namespace curb::bench {

PlainUpdate* select_plain_update() {
#if defined(CURB_X86_64_LEVELS)
  const plan::RunItem* run_item = plan::select_host_step().run_item;
  if (run_item == plan::run_item_x86_64_v4) return plain_update_x86_64_v4;
  if (run_item == plan::run_item_x86_64_v3) return plain_update_x86_64_v3;
#endif
  return plain_update_baseline;
}

}  // namespace curb::bench
