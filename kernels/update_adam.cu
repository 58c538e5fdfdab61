// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The fused step's fp32 kernels for Adam and AdamW.
#include "kernels/launch_update.cuh"
#include "kernels/update_kinds.hpp"

namespace curb::kernels {

void launch_update_adam(Tier tier, const StepTables& tables, const WorkItem* items,
                        std::uint32_t item_count, RowStatistics* statistics, Stream stream) {
  launch_update_of<rules::Adam, false>({}, tier, tables, items, item_count, statistics, stream);
}

}  // namespace curb::kernels
