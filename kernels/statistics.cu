// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What the weights are like: exact zeros counted and the penalty added up, tensor by tensor, in a
// pass of its own over the weights, since few steps are reported on. Sums in double, in the
// canonical order of curb/rules/row_sum.hpp: of each item first, then of a tensor's items.
#include "kernels/column_team.cuh"
#include "kernels/launch.cuh"
#include "kernels/mixed_arrays.cuh"
#include "kernels/row_team.cuh"
#include "kernels/simt.cuh"
#include "kernels/statistics.hpp"
#include "kernels/sum_partials.cuh"

namespace curb::kernels {

namespace detail {

inline constexpr int kStatisticsWorkers = 8;

/// The sums over the team's vector, the same in every thread of it.
template <class Team>
__device__ rules::WeightSums sum_weights(const TensorView& tensor, Team& team) {
  rules::WeightSums total;
  const std::int64_t round_length = std::int64_t{team.workers()} * rules::kRowSegment;
  for (std::int64_t round = 0; round < team.length(); round += round_length) {
    double non_zeros[4] = {};
    double magnitudes[4] = {};
    double squares[4] = {};
    for (int k = 0; k < rules::kRowSegment / rules::kRowResidues; ++k) {
      const std::int64_t chunk =
          round + std::int64_t{team.worker()} * rules::kRowSegment + k * rules::kRowResidues;
      float weight[4];
      load_weight(tensor, team, chunk, weight);
      for (int slot = 0; slot < 4; ++slot) {
        non_zeros[slot] = rules::add(non_zeros[slot], rules::NonZero{}(weight[slot]));
        magnitudes[slot] = rules::add(magnitudes[slot], rules::Magnitude{}(weight[slot]));
        squares[slot] = rules::add(squares[slot], rules::Square{}(weight[slot]));
      }
    }
    total.non_zeros = team.add_segments(total.non_zeros, non_zeros);
    total.magnitudes = team.add_segments(total.magnitudes, magnitudes);
    total.squares = team.add_segments(total.squares, squares);
  }
  return total;
}

template <class Team>
__device__ void collect(const TensorView& tensor, const GroupRecord* groups, bool is_row,
                        Team& team, const StatisticsPartials& partials, std::uint32_t at) {
  const rules::WeightSums sums = sum_weights(tensor, team);
  if (!team.leads()) return;
  const rules::WeightStatistics found =
      rules::weight_statistics(groups[tensor.coefficients / 2].hyperparameters,
                               tensor.coefficients % 2 == 0, sums, team.length(), is_row);
  partials.zeros[at] = found.zeros;
  partials.penalty[at] = found.penalty;
}

}  // namespace detail

/// Block (32, kStatisticsWorkers) for each item.
__global__ __launch_bounds__(kWarp* detail::kStatisticsWorkers) void collect_rows(
    const TensorView* tensors, const GroupRecord* groups, const StatisticsItem* items,
    StatisticsPartials partials) {
  __shared__ double scratch[2 * kMaxWorkers];
  const StatisticsItem item = items[blockIdx.x];
  RowTeam<false> team(item.first, item.length, static_cast<int>(threadIdx.y),
                      detail::kStatisticsWorkers, scratch);
  detail::collect(tensors[item.tensor], groups, item.is_row, team, partials, item.partial);
}

/// Block (ColumnTeam::kColumns, 32) for each item of up to kColumns columns.
__global__ __launch_bounds__(ColumnTeam::kThreads) void collect_columns(
    const TensorView* tensors, const GroupRecord* groups, const StatisticsItem* items,
    StatisticsPartials partials) {
  __shared__ double scratch[ColumnTeam::kScratch];
  const StatisticsItem item = items[blockIdx.x];
  const TensorView& tensor = tensors[item.tensor];
  ColumnTeam team(tensor, item.first, item.columns, scratch);
  detail::collect(tensor, groups, item.is_row, team, partials, item.partial + threadIdx.x);
}

/// A warp for each tensor: adds up its partials.
__global__ void add_statistics(const StatisticsSpan* spans, StatisticsPartials partials,
                               rules::WeightStatistics* statistics) {
  const StatisticsSpan span = spans[blockIdx.x];
  const double zeros = sum_partials(partials.zeros, span.first, span.count, nullptr);
  const double penalty = sum_partials(partials.penalty, span.first, span.count, nullptr);
  if (threadIdx.x == 0) statistics[blockIdx.x] = {zeros, penalty};
}

// ---------------------------------------------------------------------------------- launchers

void launch_statistics(const StatisticsTables& tables, Stream stream) {
  launch<collect_rows>({dim3(tables.row_count), dim3(kWarp, detail::kStatisticsWorkers)}, stream,
                       tables.tensors, tables.groups, tables.rows, tables.partials);
  launch<collect_columns>({dim3(tables.column_count), dim3(ColumnTeam::kColumns, kWarp)}, stream,
                          tables.tensors, tables.groups, tables.columns, tables.partials);
  launch<add_statistics>({dim3(tables.tensor_count), dim3(kWarp)}, stream, tables.spans,
                         tables.partials, tables.statistics);
}

}  // namespace curb::kernels
