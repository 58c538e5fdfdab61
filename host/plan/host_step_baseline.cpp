// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The host's loops for the instruction set that the compiler assumes by default.
#define CURB_HOST_STEP run_item_baseline
#include "host/plan/host_step_loops.hpp"
