// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The proximal map of the l1 penalty.
#include <curb/rules/soft_threshold.hpp>

#include "kernels/elementwise.cuh"
#include "kernels/operations.hpp"
#include "kernels/require.hpp"

namespace curb::kernels {

__global__ __launch_bounds__(kRunThreads) void shrink_weights(float* weight, std::int64_t n,
                                                              float threshold) {
  update_each(weight, n, [=](float w) { return rules::soft_threshold(w, threshold); });
}

// ---------------------------------------------------------------------------------- launchers

void soft_threshold(float* weight, std::int64_t n, float threshold, Stream stream) {
  require(n >= 0, "soft_threshold: n is negative");
  require(threshold >= 0.0f, "soft_threshold: threshold is negative or NaN");
  launch<shrink_weights>(elementwise_shape(n), stream, weight, n, threshold);
}

}  // namespace curb::kernels
