// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The host's loops for x86-64-v3.
#include "host/plan/host_step_loops.hpp"

namespace curb::plan {

const HostStep kHostStepX86V3{run_any_item, measure_item, "x86-64-v3"};

}  // namespace curb::plan
