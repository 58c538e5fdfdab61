// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The fused row step for rows of any length: one block walks over the row, and over it again to
// rescale it while it is in cache. Same bits as the register kernels (update_rows.cuh).
#pragma once

#include "kernels/column_team.cuh"
#include "kernels/row_team.cuh"
#include "kernels/row_update.cuh"
#include "kernels/simt.cuh"
#include "kernels/step_source.cuh"
#include "kernels/tensor_view.hpp"

namespace curb::kernels {

namespace detail {

template <class Source, class Team>
__device__ void update_memory_row(const Source& source, Team& team, bool skip,
                                  RowStatistics* statistics) {
  MemoryRow<Source, Team> row(source, team);
  if constexpr (Source::kMixed) {
    if (skip) return row.skip();
  }
  row.load();
  const rules::RowOutcome outcome = source.solve(row, team.length());
  row.store(outcome);
  count_outcome(team, outcome, statistics);
}

}  // namespace detail

/// neuron = row. Block (32, kMaxWorkers); item b is one row.
template <class Optimizer, bool kMixed>
__global__ __launch_bounds__(kWarp* kMaxWorkers,
                             1) void update_long_rows(Optimizer optimizer, StepTables tables,
                                                      const WorkItem* items,
                                                      RowStatistics* statistics) {
  __shared__ double scratch[2 * kMaxWorkers];
  const WorkItem item = items[blockIdx.x];
  const TensorView& tensor = tables.tensors[item.tensor];
  const rules::Coefficients c = tables.coefficients[tensor.coefficients];
  if (c.skip && !kMixed) return;
  const SourceOf<Optimizer, kMixed> source(optimizer, tensor, tables.gradients[item.tensor], c);
  RowTeam<false> team(tensor, item.first, static_cast<int>(threadIdx.y), kMaxWorkers, scratch);
  detail::update_memory_row(source, team, c.skip, statistics_of(statistics, item));
}

/// neuron = column. Block (ColumnTeam::kColumns, 32); item b is a run of up to kColumns columns.
template <class Optimizer, bool kMixed>
__global__ __launch_bounds__(ColumnTeam::kThreads,
                             1) void update_long_columns(Optimizer optimizer, StepTables tables,
                                                         const WorkItem* items,
                                                         RowStatistics* statistics) {
  __shared__ double scratch[ColumnTeam::kScratch];
  const WorkItem item = items[blockIdx.x];
  const TensorView& tensor = tables.tensors[item.tensor];
  const rules::Coefficients c = tables.coefficients[tensor.coefficients];
  if (c.skip && !kMixed) return;
  const SourceOf<Optimizer, kMixed> source(optimizer, tensor, tables.gradients[item.tensor], c);
  ColumnTeam team(tensor, item.first, item.count, scratch);
  detail::update_memory_row(source, team, c.skip, statistics_of(statistics, item));
}

}  // namespace curb::kernels
