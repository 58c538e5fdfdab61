// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A gradient step with coupled weight decay.
#include <cmath>
#include <curb/rules/gradient.hpp>

#include "kernels/elementwise.cuh"
#include "kernels/operations.hpp"
#include "kernels/require.hpp"

namespace curb::kernels {

__global__ __launch_bounds__(kRunThreads) void gradient_decay(float* weight, const float* gradient,
                                                              std::int64_t n, float learning_rate,
                                                              float l2) {
  update_each(
      weight, n,
      [=](float w, float g) {
        return rules::fma(-learning_rate, rules::gradient_with_decay(g, w, 1.0f, l2), w);
      },
      gradient);
}

// ---------------------------------------------------------------------------------- launchers

void gradient_decay_step(float* weight, const float* gradient, std::int64_t n, float learning_rate,
                         float l2, Stream stream) {
  require(n >= 0, "gradient_decay_step: n is negative");
  require(std::isfinite(learning_rate), "gradient_decay_step: learning_rate is not finite");
  require(std::isfinite(l2), "gradient_decay_step: l2 is not finite");
  launch<gradient_decay>(elementwise_shape(n), stream, weight, gradient, n, learning_rate, l2);
}

}  // namespace curb::kernels
