// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The fused step's loops on the host, compiled once per instruction set and chosen at run time.
//
// The rules need fused multiply-add instructions to be fast, and wide vectors to keep up with
// memory; the same source is therefore compiled for the baseline, x86-64-v3 and x86-64-v4. All give
// the same bits, since every operation in the rules is rounded once by itself.
#pragma once

#include "kernels/update.hpp"

namespace curb::plan {

/// One item of work, in host memory. The elements, rows or columns of different items are disjoint,
/// so items may run on different threads. Rows and columns count in `statistics`.
using RunItem = void(kernels::UpdateKind, kernels::Tier, const kernels::StepTables&,
                     const kernels::WorkItem&, kernels::RowStatistics& statistics);

struct HostStep {
  RunItem* run_item;
  const char* instruction_set;
};

/// How many columns an item of a column tier holds on the host: one cache line.
inline constexpr int kHostColumns = 16;

/// The widest that this processor has.
HostStep select_host_step();

/// Every instruction set that this processor has, narrowest first: for tests.
int host_steps(HostStep (&steps)[3]);

RunItem run_item_baseline;
#if defined(CURB_X86_64_LEVELS)
RunItem run_item_x86_64_v3;
RunItem run_item_x86_64_v4;
#endif

}  // namespace curb::plan
