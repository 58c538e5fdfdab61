// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Max-norm on its own: the row stage of the fused step, with its teams and its sums, on a weight
// that nothing else changes. A neuron inside the ball is read and never written.
#include <curb/rules/row_step.hpp>
#include <limits>

#include "kernels/column_team.cuh"
#include "kernels/launch.cuh"
#include "kernels/operations.hpp"
#include "kernels/require.hpp"
#include "kernels/row_team.cuh"
#include "kernels/row_update.cuh"
#include "kernels/update_rows.cuh"

namespace curb::kernels {

namespace detail {

/// The source (row_update.cuh) of a row that is only clamped.
class ClampSource {
 public:
  __device__ ClampSource(float* weight, float max_norm) : weight_(weight) {
    c_.max_norm = max_norm;
  }

  template <class Team>
  __device__ void load(const Team& team, std::int64_t chunk, rules::Element (&e)[4]) const {
    float weight[4];
    team.load(static_cast<const float*>(weight_), chunk, 0.0f, weight);
#pragma unroll
    for (int slot = 0; slot < 4; ++slot) e[slot] = {weight[slot], 1.0f};
  }

  template <class Team>
  __device__ void reload(const Team& team, std::int64_t chunk, rules::Element (&e)[4]) const {
    load(team, chunk, e);
  }

  template <class Team>
  __device__ void store(const Team& team, std::int64_t chunk, const float (&weight)[4]) const {
    team.store(weight_, chunk, weight);
  }

  template <class Row>
  __device__ rules::RowOutcome solve(Row& row, std::int64_t length) const {
    return rules::solve_euclidean_row(c_, length, row);
  }

 private:
  float* weight_;
  rules::Coefficients c_;
};

__device__ bool rows_are_quads(const TensorView& tensor) {
  return tensor.columns % 4 == 0 && tensor.leading_dimension % 4 == 0 &&
         misalignment(tensor.weight) == 0;
}

template <class Team>
__device__ void clamp_register_row(const ClampSource& source, Team& team,
                                   RowStatistics* statistics) {
  RegisterRow<false, Team> row(team);
  row.load(source);
  const rules::RowOutcome outcome = source.solve(row, team.length());
  if (outcome.clamped) row.store(source, outcome);
  count_outcome(team, outcome, statistics);
}

/// The weight already holds z, so the row needs no load of its own before it is summed.
template <class Team>
__device__ void clamp_memory_row(const ClampSource& source, Team& team, RowStatistics* statistics) {
  MemoryRow<ClampSource, Team> row(source, team);
  const rules::RowOutcome outcome = source.solve(row, team.length());
  if (outcome.clamped) row.store(outcome);
  count_outcome(team, outcome, statistics);
}

}  // namespace detail

/// neuron = row. Block (32, workers); a warp for each row, or block b's warps for row b, which has
/// at most workers * 512 elements.
__global__ __launch_bounds__(kWarp* kMaxWorkers) void clamp_rows(TensorView tensor, float max_norm,
                                                                 bool warp_per_row,
                                                                 RowStatistics* statistics) {
  __shared__ double scratch[2 * kMaxWorkers];
  const int y = static_cast<int>(threadIdx.y);
  const int rows_per_block = warp_per_row ? static_cast<int>(blockDim.y) : 1;
  const std::int64_t row = std::int64_t{blockIdx.x} * rows_per_block + (warp_per_row ? y : 0);
  if (row >= tensor.rows) return;
  const int worker = warp_per_row ? 0 : y;
  const int workers = warp_per_row ? 1 : static_cast<int>(blockDim.y);
  const detail::ClampSource source(tensor.weight, max_norm);
  if (detail::rows_are_quads(tensor)) {
    RowTeam<true> team(tensor, row, worker, workers, scratch);
    detail::clamp_register_row(source, team, statistics);
  } else {
    RowTeam<false> team(tensor, row, worker, workers, scratch);
    detail::clamp_register_row(source, team, statistics);
  }
}

/// neuron = row of any length. Block (32, kMaxWorkers), one for each row.
__global__ __launch_bounds__(kWarp* kMaxWorkers) void clamp_long_rows(TensorView tensor,
                                                                      float max_norm,
                                                                      RowStatistics* statistics) {
  __shared__ double scratch[2 * kMaxWorkers];
  const detail::ClampSource source(tensor.weight, max_norm);
  const int worker = static_cast<int>(threadIdx.y);
  if (detail::rows_are_quads(tensor)) {
    RowTeam<true> team(tensor, blockIdx.x, worker, kMaxWorkers, scratch);
    detail::clamp_memory_row(source, team, statistics);
  } else {
    RowTeam<false> team(tensor, blockIdx.x, worker, kMaxWorkers, scratch);
    detail::clamp_memory_row(source, team, statistics);
  }
}

/// neuron = column. Block (ColumnTeam::kColumns, 32), one for each kColumns columns; in registers
/// if the columns have at most 512 elements.
template <bool kInRegisters>
__global__ __launch_bounds__(ColumnTeam::kThreads) void clamp_columns(TensorView tensor,
                                                                      float max_norm,
                                                                      RowStatistics* statistics) {
  __shared__ double scratch[ColumnTeam::kScratch];
  const std::int64_t first = std::int64_t{blockIdx.x} * ColumnTeam::kColumns;
  const std::int64_t left = tensor.columns - first;
  const int count = static_cast<int>(left < ColumnTeam::kColumns ? left : ColumnTeam::kColumns);
  ColumnTeam team(tensor, first, count, scratch);
  const detail::ClampSource source(tensor.weight, max_norm);
  if constexpr (kInRegisters) {
    detail::clamp_register_row(source, team, statistics);
  } else {
    detail::clamp_memory_row(source, team, statistics);
  }
}

// ---------------------------------------------------------------------------------- launchers

namespace {

unsigned blocks(std::int64_t neurons, int per_block) {
  return static_cast<unsigned>((neurons + per_block - 1) / per_block);
}

void clamp_each_row(const TensorView& tensor, float max_norm, RowStatistics* statistics,
                    Stream stream) {
  const auto start = [&](int rows_per_block, int warps) {
    launch<clamp_rows>(
        {dim3(blocks(tensor.rows, rows_per_block)), dim3(kWarp, static_cast<unsigned>(warps))},
        stream, tensor, max_norm, rows_per_block > 1, statistics);
  };
  if (tensor.columns <= rules::kRowSegment) return start(kWarpRowsPerBlock, kWarpRowsPerBlock);
  if (tensor.columns <= kMaxWorkers * rules::kRowSegment) {
    const std::int64_t segments = (tensor.columns + rules::kRowSegment - 1) / rules::kRowSegment;
    return start(1, static_cast<int>(segments));
  }
  launch<clamp_long_rows>({dim3(blocks(tensor.rows, 1)), dim3(kWarp, kMaxWorkers)}, stream, tensor,
                          max_norm, statistics);
}

void clamp_each_column(const TensorView& tensor, float max_norm, RowStatistics* statistics,
                       Stream stream) {
  const LaunchShape shape{dim3(blocks(tensor.columns, ColumnTeam::kColumns)),
                          dim3(ColumnTeam::kColumns, kWarp)};
  if (tensor.rows <= rules::kRowSegment) {
    launch<clamp_columns<true>>(shape, stream, tensor, max_norm, statistics);
  } else {
    launch<clamp_columns<false>>(shape, stream, tensor, max_norm, statistics);
  }
}

}  // namespace

void max_norm_clamp(float* weight, std::int64_t rows, std::int64_t columns,
                    std::int64_t leading_dimension, Incoming incoming, float max_norm,
                    RowStatistics* statistics, Stream stream) {
  require(rows >= 0, "max_norm_clamp: rows is negative");
  require(columns >= 0, "max_norm_clamp: columns is negative");
  require(leading_dimension >= columns, "max_norm_clamp: leading_dimension is less than columns");
  require(max_norm > 0.0f, "max_norm_clamp: max_norm is not positive");
  const std::int64_t neurons = incoming == Incoming::row ? rows : columns;
  require(neurons <= std::numeric_limits<std::int32_t>::max(),
          "max_norm_clamp: more than 2^31 - 1 neurons");
  if (rows == 0 || columns == 0) return;
  TensorView tensor{};
  tensor.weight = weight;
  tensor.rows = rows;
  tensor.columns = columns;
  tensor.leading_dimension = leading_dimension;
  if (incoming == Incoming::row) {
    clamp_each_row(tensor, max_norm, statistics, stream);
  } else {
    clamp_each_column(tensor, max_norm, statistics, stream);
  }
}

}  // namespace curb::kernels
