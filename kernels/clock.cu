// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The clock of a run, in device memory: what makes a replayed step the next one.
#include "kernels/launch.cuh"
#include "kernels/network.hpp"
#include "kernels/simt.cuh"

namespace curb::kernels {

__global__ void move_clock(std::uint64_t* step, std::uint64_t* position, std::uint64_t rows) {
  *step += 1;
  *position += rows;
}

// ---------------------------------------------------------------------------------- launchers

void advance_clock(std::uint64_t* step, std::uint64_t* position, std::int64_t rows, Stream stream) {
  launch<move_clock>({dim3(1), dim3(1)}, stream, step, position, static_cast<std::uint64_t>(rows));
}

}  // namespace curb::kernels
