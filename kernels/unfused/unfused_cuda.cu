// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The unfused step on a GPU.
#include "kernels/unfused/cuda_system.cuh"

namespace curb::kernels::unfused {

std::unique_ptr<Step> make_step_cuda(const rules::Modes& modes, Passes passes, std::int64_t rows,
                                     std::int64_t columns) {
  return make_step<CudaSystem>(modes, passes, rows, columns);
}

}  // namespace curb::kernels::unfused
