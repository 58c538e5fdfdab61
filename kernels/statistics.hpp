// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// How the host starts the pass that reports on weights (statistics.cu): plain C++, no CUDA header.
#pragma once

#include <cstdint>
#include <curb/rules/weight_statistics.hpp>

#include "kernels/update.hpp"

namespace curb::kernels {

/// Columns that a column item may hold.
inline constexpr int kStatisticsColumns = 8;

/// A run of neighbours, a row, or neighbouring columns of a tensor.
struct StatisticsItem {
  std::int64_t first;     ///< the first element; of columns: the first column
  std::int64_t length;    ///< of the run, row or column
  std::int32_t columns;   ///< how many columns
  std::uint32_t tensor;   ///< index into the tensors
  std::uint32_t partial;  ///< where its results are put; one place for each column
  bool is_row;            ///< a vector that the group penalty takes as one
};

/// What items leave: one number each.
struct StatisticsPartials {
  double* zeros;
  double* penalty;
};

/// The partials of one tensor.
struct StatisticsSpan {
  std::uint32_t first;
  std::uint32_t count;
};

/// All in the memory of the device that runs the pass.
struct StatisticsTables {
  const TensorView* tensors;
  const GroupRecord* groups;
  const StatisticsItem* rows;  ///< rows and runs
  std::uint32_t row_count;
  const StatisticsItem* columns;
  std::uint32_t column_count;
  StatisticsPartials partials;
  const StatisticsSpan* spans;  ///< one per tensor
  rules::WeightStatistics* statistics;
  std::uint32_t tensor_count;
};

void launch_statistics(const StatisticsTables& tables, Stream stream);

}  // namespace curb::kernels
