// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The fused step's loops on the host, compiled once per instruction set and chosen at run time.
//
// The rules need fused multiply-add instructions to be fast, and wide vectors to keep up with
// memory; the same source is therefore compiled for the baseline, x86-64-v3 and x86-64-v4. All give
// the same bits, since every operation in the rules is rounded once by itself.
#pragma once

#include "kernels/update.hpp"

namespace curb::plan {

/// Where a tile of a mixed tensor (kernels::is_mixed) is stepped: one thread's own.
struct HostScratch {
  float* weight = nullptr;
  float* gradient = nullptr;
  float* state[kernels::kMaxStates] = {nullptr, nullptr};
  std::uint8_t* mask = nullptr;
};

/// One item of work, in host memory. The elements, rows or columns of different items are disjoint,
/// so items may run on different threads. Rows and columns count in `statistics`. An item of a
/// mixed tensor wants scratch arrays of host_tile_size elements.
using RunItem = void(kernels::UpdateKind, kernels::Tier, const kernels::StepTables&,
                     const kernels::WorkItem&, const HostScratch&,
                     kernels::RowStatistics& statistics);

/// The sum of the squares of an item's gradients, as kernels::launch_measure_gradients takes it,
/// but for the gradient_scale.
using MeasureItem = double(const kernels::StepTables&, const kernels::WorkItem&);

struct HostStep {
  RunItem* run_item;
  MeasureItem* measure_item;
  const char* instruction_set;
};

/// How many columns an item of a column tier holds on the host: four cache lines side by side,
/// since one by itself, in rows that are far apart, is what memory is slowest at.
inline constexpr int kHostColumns = 64;

/// How many elements of a mixed tensor are stepped together: those of all arrays fit a first-level
/// cache.
inline constexpr std::int64_t kHostTileElements = 1024;

/// How many columns of a mixed tensor are stepped together, so that long ones stay in cache.
CURB_HOST_DEVICE std::int64_t host_tile_columns(std::int64_t rows) {
  constexpr std::int64_t kTileElements = 1 << 16;
  const std::int64_t columns = rows == 0 ? kHostColumns : kTileElements / rows;
  return columns < 1 ? 1 : (columns > kHostColumns ? kHostColumns : columns);
}

/// The elements of a mixed tensor's tile.
CURB_HOST_DEVICE std::int64_t host_tile_size(const kernels::TensorView& tensor,
                                             kernels::Tier tier) {
  switch (tier) {
    case kernels::Tier::elements:
      return kHostTileElements;
    case kernels::Tier::columns:
    case kernels::Tier::long_columns:
      return tensor.rows * host_tile_columns(tensor.rows);
    default:
      return tensor.columns;
  }
}

/// The widest that this processor has.
HostStep select_host_step();

/// Every instruction set that this processor has, narrowest first: for tests.
int host_steps(HostStep (&steps)[3]);

extern const HostStep kHostStepBaseline;
#if defined(CURB_X86_64_LEVELS)
extern const HostStep kHostStepX86V3;
extern const HostStep kHostStepX86V4;
#endif

}  // namespace curb::plan
