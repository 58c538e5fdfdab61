// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The fused row step: update, group shrinkage and max-norm in one pass, the row held in registers.
#pragma once

#include "kernels/column_team.cuh"
#include "kernels/row_team.cuh"
#include "kernels/row_update.cuh"
#include "kernels/simt.cuh"
#include "kernels/step_source.cuh"
#include "kernels/tensor_view.hpp"

namespace curb::kernels {

/// Rows of one segment need no barrier: a block takes this many, a warp each.
inline constexpr int kWarpRowsPerBlock = 8;

namespace detail {

template <class Source, class Team>
__device__ void update_register_row(const Source& source, Team& team, bool skip,
                                    RowStatistics* statistics) {
  RegisterRow<Source::kDiagonalMetric, Team> row(team);
  if constexpr (Source::kMixed) {
    if (skip) return row.skip(source);
  }
  row.load(source);
  const rules::RowOutcome outcome = source.solve(row, team.length());
  row.store(source, outcome);
  count_outcome(team, outcome, statistics);
}

}  // namespace detail

/// neuron = row. Block (32, workers). With one worker per row, item b is a run of up to blockDim.y
/// rows, a warp each; otherwise item b is one row of at most workers * 512 elements.
template <class Optimizer, bool kMixed>
__global__ __launch_bounds__(kWarp* kMaxWorkers,
                             1) void update_rows(Optimizer optimizer, StepTables tables,
                                                 const WorkItem* items, bool warp_per_row,
                                                 RowStatistics* statistics) {
  __shared__ double scratch[2 * kMaxWorkers];
  const WorkItem item = items[blockIdx.x];
  const TensorView& tensor = tables.tensors[item.tensor];
  const void* gradient = tables.gradients[item.tensor];
  const int y = static_cast<int>(threadIdx.y);
  if (warp_per_row && y >= item.count) return;
  const std::int64_t row = warp_per_row ? item.first + y : item.first;
  const int worker = warp_per_row ? 0 : y;
  const int workers = warp_per_row ? 1 : static_cast<int>(blockDim.y);
  const rules::Coefficients c = tables.coefficients[tensor.coefficients];
  if (c.skip && !kMixed) return;
  const SourceOf<Optimizer, kMixed> source(optimizer, tensor, gradient, c);
  if (source.rows_are_quads()) {
    RowTeam<true> team(tensor, row, worker, workers, scratch);
    detail::update_register_row(source, team, c.skip, statistics_of(statistics, item));
  } else {
    RowTeam<false> team(tensor, row, worker, workers, scratch);
    detail::update_register_row(source, team, c.skip, statistics_of(statistics, item));
  }
}

/// neuron = column. Block (ColumnTeam::kColumns, 32); item b is a run of up to kColumns columns of
/// at most 512 elements.
template <class Optimizer, bool kMixed>
__global__ __launch_bounds__(ColumnTeam::kThreads,
                             1) void update_columns(Optimizer optimizer, StepTables tables,
                                                    const WorkItem* items,
                                                    RowStatistics* statistics) {
  __shared__ double scratch[ColumnTeam::kScratch];
  const WorkItem item = items[blockIdx.x];
  const TensorView& tensor = tables.tensors[item.tensor];
  const rules::Coefficients c = tables.coefficients[tensor.coefficients];
  if (c.skip && !kMixed) return;
  const SourceOf<Optimizer, kMixed> source(optimizer, tensor, tables.gradients[item.tensor], c);
  ColumnTeam team(tensor, item.first, item.count, scratch);
  detail::update_register_row(source, team, c.skip, statistics_of(statistics, item));
}

}  // namespace curb::kernels
