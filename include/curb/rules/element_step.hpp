// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// One fused step for one weight: the stages in their one order.
//
//   gradient + coupled decay + sign -> optimiser -> decoupled decay on the old w -> step
//   -> mask -> soft threshold -> non-negative -> [group] -> / (1 + T l2) -> [max-norm]
//
// For a Euclidean optimiser this order, and no other, is the exact joint proximal step of all
// penalties and constraints (the prox of a norm commutes with a positive rescaling, and the prox of
// l1 plus a norm is the composition: Yu 2013, "On decomposing the proximal map"). The stages in
// brackets need a whole row and are in row_step.hpp.
#pragma once

#include <curb/rules/gradient.hpp>
#include <curb/rules/optimizers.hpp>
#include <curb/rules/soft_threshold.hpp>

namespace curb::rules {

/// A weight after the element-wise stages that come before the row stages.
struct Element {
  float weight;       ///< z: after non-negativity, before group, proximal l2 and max-norm
  float denominator;  ///< the diagonal metric's entry times eta; 1 for a Euclidean optimiser
};

/// The step size of one weight: eta, or eta / denominator under a diagonal metric.
template <class Optimizer>
CURB_HOST_DEVICE float step_size(const Coefficients& c, float denominator) {
  if constexpr (Optimizer::kDiagonalMetric) {
    return div(c.learning_rate, denominator);
  } else {
    return c.learning_rate;
  }
}

/// From the old weight and the data gradient to z; updates `state` (Optimizer::kStates floats).
template <class Optimizer>
CURB_HOST_DEVICE Element step_element(const Optimizer& optimizer, const Coefficients& c, float w,
                                      float g, float* state, bool keep) {
  // A dropped weight takes no part: were its gradient, or what the weight was, to enter the state,
  // a NaN among them would come back through the metric.
  w = masked(w, keep);
  const float gradient = regularised_gradient(c, masked(g, keep), w);
  const Direction direction = optimizer.direction(c, gradient, state);
  const float eta = step_size<Optimizer>(c, direction.denominator);
  float z = fma(-eta, direction.value, mul(w, c.decay_keep));
  z = masked(z, keep);
  if constexpr (Optimizer::kCumulativeL1) {
    z = cumulative_l1(z, c.l1_cumulative, state[0]);
  } else {
    z = soft_threshold(z, mul(eta, c.l1));
  }
  z = at_least(z, c.lower_bound);
  return {z, direction.denominator};
}

/// The proximal l2: z / (1 + T l2).
template <class Optimizer>
CURB_HOST_DEVICE float shrink_element(const Coefficients& c, Element e) {
  if constexpr (Optimizer::kDiagonalMetric) {
    const float eta = step_size<Optimizer>(c, e.denominator);
    return div(e.weight, fma(eta, c.l2, 1.0f));
  } else {
    return mul(e.weight, c.l2_shrink);
  }
}

/// The whole step of a weight that no row stage touches.
template <class Optimizer>
CURB_HOST_DEVICE float update_element(const Optimizer& optimizer, const Coefficients& c, float w,
                                      float g, float* state, bool keep) {
  return shrink_element<Optimizer>(c, step_element(optimizer, c, w, g, state, keep));
}

}  // namespace curb::rules
