// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// A certificate of optimality. For a convex objective
//
//     f(w) + l1 |w|_1 + group |w|_2   subject to  w >= 0, w = 0 outside the mask, |w|_2 <= radius
//
// w is the minimiser exactly when zero is in the subdifferential at w. The distance of the
// subdifferential from zero can be computed from the gradient of f alone, whichever way w was
// found, and if f is strongly convex with modulus s then |w - minimiser| <= distance / s.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace curb::testing {

// The part of the objective that is not smooth, for one row of weights.
struct Penalty {
  double l1 = 0.0;
  double group = 0.0;  // multiplies |w|_2 as it stands: a factor sqrt(|r|) is the caller's
  double radius = std::numeric_limits<double>::infinity();
  bool non_negative = false;
  std::vector<std::uint8_t> mask;  // empty, or one per weight: 0 holds the weight at zero
};

// The distance, given the gradient of f at w. Infinite if w breaks a constraint; a norm that
// exceeds the radius by rounding alone does not.
double stationarity_residual(const std::vector<double>& gradient, const Penalty& penalty,
                             const std::vector<double>& w);

}  // namespace curb::testing
