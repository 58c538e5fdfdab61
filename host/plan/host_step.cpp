// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Chooses the instruction set of the host's loops.
#include "host/plan/host_step.hpp"

namespace curb::plan {

int host_steps(HostStep (&steps)[3]) {
  int count = 0;
  steps[count++] = kHostStepBaseline;
#if defined(CURB_X86_64_LEVELS)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("bmi2")) {
    steps[count++] = kHostStepX86V3;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl")) {
      steps[count++] = kHostStepX86V4;
    }
  }
#endif
  return count;
}

HostStep select_host_step() {
  HostStep steps[3];
  return steps[host_steps(steps) - 1];
}

}  // namespace curb::plan
