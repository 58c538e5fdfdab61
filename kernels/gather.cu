// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A batch is gathered from the data set in the order of the epoch. A data set that does not fit
// the device is read where it lies, in the host's memory: a row is contiguous, and so are
// transfers.
#include "kernels/launch.cuh"
#include "kernels/network.hpp"
#include "kernels/simt.cuh"

namespace curb::kernels {
namespace {

constexpr int kThreads = 128;
constexpr std::int64_t kColumnsPerBlock = 4 * kThreads;

}  // namespace

/// Copies columns [first, last) of row `sample` to row `row`; the block's threads share them.
template <class T>
__device__ void copy_columns(const GatheredRows<T>& matrix, std::int64_t sample, std::int64_t row,
                             std::int64_t first, std::int64_t last) {
  const T* from = matrix.from + sample * matrix.columns;
  T* to = matrix.to + row * matrix.columns;
  for (std::int64_t c = first + threadIdx.x; c < last; c += kThreads) to[c] = from[c];
}

/// `parts` blocks share a row; the first of them also copies its label and its targets.
__global__ __launch_bounds__(kThreads) void gather_batch(const std::uint32_t* order,
                                                         const std::uint64_t* position,
                                                         std::int64_t ahead, std::uint32_t parts,
                                                         GatheredRows<float> features,
                                                         GatheredRows<std::int32_t> labels,
                                                         GatheredRows<float> targets) {
  const std::int64_t row = blockIdx.x / parts;
  const std::int64_t part = blockIdx.x % parts;
  const std::int64_t sample = order[*position + static_cast<std::uint64_t>(ahead + row)];
  const std::int64_t first = part * kColumnsPerBlock;
  const std::int64_t end = first + kColumnsPerBlock;
  copy_columns(features, sample, row, first, end < features.columns ? end : features.columns);
  if (part != 0) return;
  if (labels.from != nullptr) copy_columns(labels, sample, row, 0, labels.columns);
  if (targets.from != nullptr) copy_columns(targets, sample, row, 0, targets.columns);
}

// ---------------------------------------------------------------------------------- launchers

void gather_rows(const std::uint32_t* order, const std::uint64_t* position, std::int64_t ahead,
                 std::int64_t rows, const GatheredRows<float>& features,
                 const GatheredRows<std::int32_t>& labels, const GatheredRows<float>& targets,
                 Stream stream) {
  const std::int64_t full = (features.columns + kColumnsPerBlock - 1) / kColumnsPerBlock;
  const std::int64_t parts = full > 0 ? full : 1;
  launch<gather_batch>({dim3(static_cast<unsigned>(rows * parts)), dim3(kThreads)}, stream, order,
                       position, ahead, static_cast<std::uint32_t>(parts), features, labels,
                       targets);
}

}  // namespace curb::kernels
