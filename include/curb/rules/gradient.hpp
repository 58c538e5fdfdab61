// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The regularised gradient: what joins the data gradient before the optimiser sees it.
#pragma once

#include <curb/rules/effective_step.hpp>
#include <curb/rules/numeric.hpp>

namespace curb::rules {

/// 1, 0 or -1; zero for zero of either sign and for NaN.
CURB_HOST_DEVICE float sign(float w) { return w > 0.0f ? 1.0f : (w < 0.0f ? -1.0f : 0.0f); }

/// scale * g + l2 w: the coupled decay of a penalty l2/2 w^2.
CURB_HOST_DEVICE float gradient_with_decay(float g, float w, float scale, float l2) {
  return fma(l2, w, mul(g, scale));
}

/// g + l1 sign(w): the subgradient of l1 |w| with sign(0) = 0. A weight that would cross zero
/// overshoots it, so this form leaves (almost) no exact zero; soft_threshold.hpp does.
CURB_HOST_DEVICE float gradient_with_l1_sign(float g, float w, float l1) {
  return fma(l1, sign(w), g);
}

/// Everything that joins the gradient in one fused step. The sign stage costs more than the others
/// and is seldom wanted: it is left out, not multiplied by zero.
CURB_HOST_DEVICE float regularised_gradient(const Coefficients& c, float g, float w) {
  const float gradient = gradient_with_decay(g, w, c.gradient_scale, c.l2_coupled);
  return c.l1_sign == 0.0f ? gradient : gradient_with_l1_sign(gradient, w, c.l1_sign);
}

}  // namespace curb::rules
