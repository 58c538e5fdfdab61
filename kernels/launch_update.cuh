// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// From a tier to its kernel, for one optimiser. Each optimiser is instantiated in two files of its
// own (update_sgd.cu, update_mixed_sgd.cu, ...), which keeps translation units small and compiles
// them side by side.
#pragma once

#include "kernels/launch.cuh"
#include "kernels/update.hpp"
#include "kernels/update_elements.cuh"
#include "kernels/update_long_rows.cuh"
#include "kernels/update_mixed_elements.cuh"
#include "kernels/update_rows.cuh"

namespace curb::kernels {

static_assert(kElementsPerBlock == kElementsPerItem);

template <class Optimizer, bool kMixed>
void launch_update_of(const Optimizer& optimizer, Tier tier, const StepTables& tables,
                      const WorkItem* items, std::uint32_t item_count, RowStatistics* statistics,
                      Stream stream) {
  const dim3 grid(item_count);
  const auto rows = [&](int warps, bool warp_per_row) {
    launch<update_rows<Optimizer, kMixed>>({grid, dim3(kWarp, static_cast<unsigned>(warps))},
                                           stream, optimizer, tables, items, warp_per_row,
                                           statistics);
  };
  switch (tier) {
    case Tier::elements:
      if constexpr (kMixed) {
        return launch<update_mixed_elements<Optimizer>>({grid, dim3(kElementThreads)}, stream,
                                                        optimizer, tables, items);
      } else {
        return launch<update_elements<Optimizer>>({grid, dim3(kElementThreads)}, stream, optimizer,
                                                  tables, items);
      }
    case Tier::warp_rows:
      return rows(kWarpRowsPerBlock, true);
    case Tier::block_rows_2:
      return rows(2, false);
    case Tier::block_rows_4:
      return rows(4, false);
    case Tier::block_rows_8:
      return rows(8, false);
    case Tier::block_rows_16:
      return rows(16, false);
    case Tier::long_rows:
      return launch<update_long_rows<Optimizer, kMixed>>({grid, dim3(kWarp, kMaxWorkers)}, stream,
                                                         optimizer, tables, items, statistics);
    case Tier::columns:
      return launch<update_columns<Optimizer, kMixed>>(
          {grid, dim3(ColumnTeam::kColumns, kWarp)}, stream, optimizer, tables, items, statistics);
    case Tier::long_columns:
      return launch<update_long_columns<Optimizer, kMixed>>(
          {grid, dim3(ColumnTeam::kColumns, kWarp)}, stream, optimizer, tables, items, statistics);
  }
}

}  // namespace curb::kernels
