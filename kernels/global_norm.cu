// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The pass over all gradients that comes before a step that clips or checks them. Sums in double,
// in the canonical order of curb/rules/row_sum.hpp: of each run of elements first, then of the
// runs. So the norm has the same bits for every launch shape, and on the host.
#include "kernels/launch.cuh"
#include "kernels/mixed_arrays.cuh"
#include "kernels/row_team.cuh"
#include "kernels/row_update.cuh"
#include "kernels/simt.cuh"
#include "kernels/update.hpp"

namespace curb::kernels {

namespace detail {

/// A worker for each of a run's segments.
inline constexpr int kRunWorkers = kElementsPerItem / rules::kRowSegment;

/// Whether the run can move in quads.
__device__ bool run_is_quads(const TensorView& tensor, const void* gradient, const WorkItem& item) {
  const int misaligned = gradient_misalignment(tensor, gradient);
  return item.count % 4 == 0 && (misaligned + item.first) % 4 == 0 &&
         (tensor.mask == nullptr || misalignment(tensor.mask) == misaligned);
}

template <class Team>
__device__ double sum_of_squares(const TensorView& tensor, const void* gradients, Team& team) {
  double residues[4] = {};
#pragma unroll
  for (int k = 0; k < kChunks; ++k) {
    const std::int64_t chunk =
        std::int64_t{team.worker()} * rules::kRowSegment + k * rules::kRowResidues;
    float gradient[4];
    std::uint8_t keep[4] = {1, 1, 1, 1};
    load_gradient(tensor, gradients, team, chunk, gradient);
    if (tensor.mask != nullptr) team.load(tensor.mask, chunk, std::uint8_t{1}, keep);
#pragma unroll
    for (int slot = 0; slot < 4; ++slot) {
      const double g = rules::masked(gradient[slot], keep[slot] != 0);
      residues[slot] = rules::add(residues[slot], rules::mul(g, g));
    }
  }
  return team.add_segments(0.0, residues);
}

}  // namespace detail

/// Block (32, kRunWorkers) for each item.
__global__ __launch_bounds__(kWarp* detail::kRunWorkers) void measure_gradients(
    StepTables tables, const GroupRecord* groups, const WorkItem* items, double* partials) {
  __shared__ double scratch[2 * kMaxWorkers];
  const WorkItem item = items[blockIdx.x];
  const TensorView& tensor = tables.tensors[item.tensor];
  const void* gradients = tables.gradients[item.tensor];
  const int worker = static_cast<int>(threadIdx.y);
  double sum;
  if (detail::run_is_quads(tensor, gradients, item)) {
    RowTeam<true> team(item.first, item.count, worker, detail::kRunWorkers, scratch);
    sum = detail::sum_of_squares(tensor, gradients, team);
  } else {
    RowTeam<false> team(item.first, item.count, worker, detail::kRunWorkers, scratch);
    sum = detail::sum_of_squares(tensor, gradients, team);
  }
  if (worker == 0 && threadIdx.x == 0) {
    const double scale = groups[tensor.coefficients / 2].hyperparameters.gradient_scale;
    partials[blockIdx.x] = rules::mul(rules::mul(scale, scale), sum);
  }
}

// ---------------------------------------------------------------------------------- launchers

void launch_measure_gradients(const StepTables& tables, const GroupRecord* groups,
                              const WorkItem* items, std::uint32_t item_count, double* partials,
                              Stream stream) {
  launch<measure_gradients>({dim3(item_count), dim3(kWarp, detail::kRunWorkers)}, stream, tables,
                            groups, items, partials);
}

}  // namespace curb::kernels
