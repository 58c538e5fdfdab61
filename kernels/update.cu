// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Dispatch of a fused step to its optimiser's kernels.
#include "kernels/update_kinds.hpp"

namespace curb::kernels {

void launch_update(UpdateKind kind, bool mixed, Tier tier, const StepTables& tables,
                   const WorkItem* items, std::uint32_t item_count, RowStatistics* statistics,
                   Stream stream) {
  const auto start = [&]() -> LaunchUpdate* {
    switch (kind) {
      case UpdateKind::sgd:
        return mixed ? launch_update_mixed_sgd : launch_update_sgd;
      case UpdateKind::cumulative_sgd:
        return mixed ? launch_update_mixed_cumulative_sgd : launch_update_cumulative_sgd;
      case UpdateKind::momentum:
        return mixed ? launch_update_mixed_momentum : launch_update_momentum;
      case UpdateKind::adam:
        return mixed ? launch_update_mixed_adam : launch_update_adam;
      case UpdateKind::adagrad:
        return mixed ? launch_update_mixed_adagrad : launch_update_adagrad;
    }
    return launch_update_sgd;
  }();
  start(tier, tables, items, item_count, statistics, stream);
}

}  // namespace curb::kernels
