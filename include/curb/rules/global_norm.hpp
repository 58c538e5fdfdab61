// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What the gradient as a whole decides of a step: by how much all of it is multiplied, and whether
// the step is taken. Clipping by the global norm: Pascanu, Mikolov and Bengio 2013.
#pragma once

#include <curb/rules/effective_step.hpp>
#include <curb/rules/numeric.hpp>

namespace curb::rules {

struct GradientLimits {
  float clip_norm = kInfinity;
  bool skip_non_finite = false;
};

struct GradientVerdict {
  double norm = 0.0;    ///< of the gradient divided by the loss scale, not yet clipped
  double factor = 1.0;  ///< for every gradient: 1 / loss_scale, and the clipping
  bool skip = false;
};

/// `squared_norm` is the sum of the squares of all gradients, each times its gradient_scale; the
/// sum of as many squared floats as there may be does not overflow a double, so it is finite if and
/// only if they all are. A gradient that is not finite is not clipped: it harms where it is, and
/// divergence does not look like a step of zero.
CURB_HOST_DEVICE GradientVerdict judge_gradient(const GradientLimits& limits, double squared_norm,
                                                float loss_scale, float found_inf) {
  GradientVerdict verdict;
  const double length = square_root(squared_norm);
  const double unscale = div(1.0, static_cast<double>(loss_scale));
  verdict.norm = mul(length, unscale);
  verdict.factor = unscale;
  const double clip = limits.clip_norm;
  if (is_finite(squared_norm) && verdict.norm > clip) verdict.factor = div(clip, length);
  verdict.skip = found_inf != 0.0f || (limits.skip_non_finite && !is_finite(squared_norm));
  return verdict;
}

/// The coefficients of a step whose gradients are multiplied by `factor`.
CURB_HOST_DEVICE Coefficients with_gradient_factor(Coefficients c, double factor) {
  c.gradient_scale = static_cast<float>(mul(static_cast<double>(c.gradient_scale), factor));
  return c;
}

/// Those of a step that is not taken.
CURB_HOST_DEVICE Coefficients skipped_step() {
  Coefficients c;
  c.skip = true;
  return c;
}

}  // namespace curb::rules
