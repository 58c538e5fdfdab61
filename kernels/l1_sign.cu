// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A subgradient step on the l1 penalty.
#include <cmath>
#include <curb/rules/gradient.hpp>

#include "kernels/elementwise.cuh"
#include "kernels/operations.hpp"
#include "kernels/require.hpp"

namespace curb::kernels {

__global__ __launch_bounds__(kRunThreads) void l1_sign(float* weight, std::int64_t n, float step) {
  update_each(weight, n, [=](float w) { return rules::gradient_with_l1_sign(w, w, -step); });
}

// ---------------------------------------------------------------------------------- launchers

void l1_sign_step(float* weight, std::int64_t n, float step, Stream stream) {
  require(n >= 0, "l1_sign_step: n is negative");
  require(std::isfinite(step), "l1_sign_step: step is not finite");
  launch<l1_sign>(elementwise_shape(n), stream, weight, n, step);
}

}  // namespace curb::kernels
