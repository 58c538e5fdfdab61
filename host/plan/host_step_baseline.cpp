// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The host's loops for the instruction set that the compiler assumes by default.
#include "host/plan/host_step_loops.hpp"

namespace curb::plan {

const HostStep kHostStepBaseline{run_any_item, measure_item, "baseline"};

}  // namespace curb::plan
