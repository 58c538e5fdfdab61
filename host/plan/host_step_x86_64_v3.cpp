// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The host's loops for x86-64-v3.
#define CURB_HOST_STEP run_item_x86_64_v3
#include "host/plan/host_step_loops.hpp"
