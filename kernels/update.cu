// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Dispatch of a fused step to its optimiser's kernels.
#include "kernels/update_kinds.hpp"

namespace curb::kernels {

void launch_update(UpdateKind kind, Tier tier, const StepTables& tables, const WorkItem* items,
                   std::uint32_t item_count, RowStatistics* statistics, Stream stream) {
  const auto start = [&]() -> LaunchUpdate* {
    switch (kind) {
      case UpdateKind::sgd:
        return launch_update_sgd;
      case UpdateKind::cumulative_sgd:
        return launch_update_cumulative_sgd;
      case UpdateKind::momentum:
        return launch_update_momentum;
      case UpdateKind::adam:
        return launch_update_adam;
      case UpdateKind::adagrad:
        return launch_update_adagrad;
    }
    return launch_update_sgd;
  }();
  start(tier, tables, items, item_count, statistics, stream);
}

}  // namespace curb::kernels
