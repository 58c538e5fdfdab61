// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The passes on the host's processors, by Thrust's OpenMP system.
#pragma once

#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/system/omp/execution_policy.h>

#include <curb/rules/row_sum.hpp>

#include "kernels/unfused/passes.hpp"

namespace curb::kernels::unfused {
namespace {

struct SumRow {
  const float* weight;
  std::int64_t columns;
  double* sums;
  void operator()(std::int64_t r) const {
    const float* row = weight + r * columns;
    sums[r] = rules::canonical_row_sum(
        columns, [row](std::int64_t i) { return rules::SquaredWeight{}(row[i], 1.0f); });
  }
};

struct ScaleRow {
  float* weight;
  std::int64_t columns;
  const float* scales;
  void operator()(std::int64_t r) const {
    const float scale = scales[r];
    if (scale == 1.0f) return;
    float* row = weight + r * columns;
    for (std::int64_t i = 0; i < columns; ++i) row[i] = rules::mul(row[i], scale);
  }
};

/// A thread has whole rows, which are contiguous: a segmented reduction has nothing to offer here.
class HostSystem {
 public:
  HostSystem(std::int64_t, std::int64_t) {}

  auto policy(Stream) const { return thrust::omp::par; }

  void sum_rows(const Matrix& m, double* sums, Stream) const {
    each_row(m, SumRow{m.weight, m.columns, sums});
  }

  void scale_rows(const Matrix& m, const float* scales, Stream) const {
    each_row(m, ScaleRow{m.weight, m.columns, scales});
  }

 private:
  template <class OfRow>
  static void each_row(const Matrix& m, const OfRow& of_row) {
    const thrust::counting_iterator<std::int64_t> first(0);
    thrust::for_each(thrust::omp::par, first, first + m.rows, of_row);
  }
};

}  // namespace
}  // namespace curb::kernels::unfused
