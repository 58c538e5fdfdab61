// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The sums of a matrix's columns: the gradient of a bias.
#include "kernels/launch.cuh"
#include "kernels/network.hpp"
#include "kernels/simt.cuh"

namespace curb::kernels {
namespace {

constexpr int kColumns = 32;  // of a block: neighbouring threads read neighbouring elements
constexpr int kWorkers = 16;  // on each column

}  // namespace

/// Worker w adds rows w, w + kWorkers, ... and the first worker adds what they found, in order.
__global__ __launch_bounds__(kColumns* kWorkers) void add_columns(const float* values,
                                                                  std::int64_t rows,
                                                                  std::int64_t columns,
                                                                  float* sums) {
  __shared__ double partial[kWorkers][kColumns];
  const std::int64_t column = std::int64_t{blockIdx.x} * kColumns + threadIdx.x;
  double sum = 0.0;
  if (column < columns) {
    for (std::int64_t row = threadIdx.y; row < rows; row += kWorkers) {
      sum = rules::add(sum, static_cast<double>(values[row * columns + column]));
    }
  }
  partial[threadIdx.y][threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y != 0 || column >= columns) return;
  for (int worker = 1; worker < kWorkers; ++worker) {
    sum = rules::add(sum, partial[worker][threadIdx.x]);
  }
  sums[column] = static_cast<float>(sum);
}

// ---------------------------------------------------------------------------------- launchers

void sum_columns(const float* values, std::int64_t rows, std::int64_t columns, float* sums,
                 Stream stream) {
  const std::int64_t blocks = (columns + kColumns - 1) / kColumns;
  launch<add_columns>({dim3(static_cast<unsigned>(blocks)), dim3(kColumns, kWorkers)}, stream,
                      values, rows, columns, sums);
}

}  // namespace curb::kernels
