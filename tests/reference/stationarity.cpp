// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// The distance of the subdifferential from zero; see stationarity.hpp.
#include "tests/reference/stationarity.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "tests/reference/matrix.hpp"

namespace curb::testing {
namespace {

// How near to the sphere counts as on it.
constexpr double kRounding = 1e-14;

bool held_at_zero(const Penalty& penalty, std::size_t i) {
  return !penalty.mask.empty() && penalty.mask[i] == 0;
}

bool feasible(const Penalty& penalty, const std::vector<double>& w) {
  for (std::size_t i = 0; i < w.size(); ++i) {
    if (!std::isfinite(w[i]) || (held_at_zero(penalty, i) && w[i] != 0.0)) return false;
    if (penalty.non_negative && w[i] < 0.0) return false;
  }
  return norm(w) <= penalty.radius * (1.0 + kRounding);
}

// The element of smallest size in  slope + (what l1, the sign constraint and the mask allow at
// w_i = 0).
double smallest_at_zero(const Penalty& penalty, std::size_t i, double slope) {
  if (held_at_zero(penalty, i)) return 0.0;
  if (slope < -penalty.l1) return slope + penalty.l1;
  // A slope that would push the weight below zero is held by the sign constraint, however large.
  if (slope > penalty.l1 && !penalty.non_negative) return slope - penalty.l1;
  return 0.0;
}

}  // namespace

double stationarity_residual(const std::vector<double>& gradient, const Penalty& penalty,
                             const std::vector<double>& w) {
  if (!feasible(penalty, w)) return std::numeric_limits<double>::infinity();
  const double length = norm(w);
  std::vector<double> residual(w.size());

  if (length == 0.0) {
    // The group term allows any vector of norm <= group, which shortens what the others left.
    for (std::size_t i = 0; i < w.size(); ++i) {
      residual[i] = smallest_at_zero(penalty, i, gradient[i]);
    }
    return std::max(0.0, norm(residual) - penalty.group);
  }

  for (std::size_t i = 0; i < w.size(); ++i) {
    residual[i] =
        w[i] == 0.0 ? smallest_at_zero(penalty, i, gradient[i])
                    : gradient[i] + std::copysign(penalty.l1, w[i]) + penalty.group * w[i] / length;
  }
  if (length >= penalty.radius * (1.0 - kRounding)) {
    // On the sphere any multiple nu >= 0 of w may be added. The best one is the projection.
    double product = 0.0;
    for (std::size_t i = 0; i < w.size(); ++i) product += residual[i] * w[i];
    const double nu = std::max(0.0, -product / (length * length));
    for (std::size_t i = 0; i < w.size(); ++i) residual[i] += nu * w[i];
  }
  return norm(residual);
}

}  // namespace curb::testing
