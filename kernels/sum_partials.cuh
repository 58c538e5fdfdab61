// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The sum of numbers that blocks have left in memory, in the canonical order of
// curb/rules/row_sum.hpp.
#pragma once

#include "kernels/row_team.cuh"
#include "kernels/simt.cuh"

namespace curb::kernels {

/// partials[first] to partials[first + count - 1]; the same in every thread of the block, which is
/// (32, workers), whatever `workers` is. `scratch` as RowTeam wants it.
__device__ inline double sum_partials(const double* partials, std::int64_t first,
                                      std::int64_t count, double* scratch) {
  const int workers = static_cast<int>(blockDim.y);
  RowTeam<false> team(first, count, static_cast<int>(threadIdx.y), workers, scratch);
  double total = 0.0;
  for (std::int64_t round = 0; round < count; round += std::int64_t{workers} * rules::kRowSegment) {
    double residues[4] = {};
    for (int k = 0; k < rules::kRowSegment / rules::kRowResidues; ++k) {
      const std::int64_t chunk =
          round + std::int64_t{team.worker()} * rules::kRowSegment + k * rules::kRowResidues;
      double partial[4];
      team.load(partials, chunk, 0.0, partial);
      for (int slot = 0; slot < 4; ++slot) {
        residues[slot] = rules::add(residues[slot], partial[slot]);
      }
    }
    total = team.add_segments(total, residues);
  }
  return total;
}

}  // namespace curb::kernels
