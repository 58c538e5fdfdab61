// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a fused step on the host is compared with has to be compiled for the same instruction set.
#pragma once

#include "host/plan/host_step.hpp"

namespace curb::bench {

#if defined(CURB_X86_64_LEVELS)
/// Of one function compiled three times, that for the instruction set which a Plan uses here.
template <class Function>
Function* like_the_plan(Function* baseline, Function* x86_64_v3, Function* x86_64_v4) {
  const plan::RunItem* run_item = plan::select_host_step().run_item;
  if (run_item == plan::kHostStepX86V4.run_item) return x86_64_v4;
  if (run_item == plan::kHostStepX86V3.run_item) return x86_64_v3;
  return baseline;
}
#endif

}  // namespace curb::bench
