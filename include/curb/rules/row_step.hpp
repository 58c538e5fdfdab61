// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The stages that need a whole row: group shrinkage, proximal l2 beside it, and max-norm.
//
// Euclidean optimisers: all three are a rescaling of the row by one factor, found from |z|.
// Diagonal metric D_i = denominator_i / eta (Adam): minimising
//     1/2 sum_i D_i (w_i - z_i)^2 + lg |w|   subject to |w| <= c
// gives D_i (w_i - z_i) + (lg/|w| + mu) w_i = 0, so w_i = D_i z_i / (D_i + nu) with one multiplier
// per row: nu = lg/|w| from the group penalty, or larger where the ball binds. When the group's own
// solution lies outside the ball, the joint solution is therefore the ball projection of z itself,
// not of the group's result. Multiplied through by eta no learning rate is left in the metric, so
// eta = 0 is no special case.
//
// Both multipliers are the root of a secular equation sum (b_i / (lambda_i + x))^2 = R^2, whose
// Newton iteration on 1/norm rises monotonically to the root from x = 0 (More and Sorensen 1983).
//
// A row whose sum of squares is not finite is left as it is by the group and max-norm stages, and
// so is one whose length exceeds the radius by less than the rounding of its sum of squares (some
// 2^-50 of it).
#pragma once

#include <curb/rules/element_step.hpp>
#include <curb/rules/row_sum.hpp>

namespace curb::rules {

/// What the row stages decided. Weight i becomes finish_row_element(outcome, e_i).
struct RowOutcome {
  double multiplier = 0.0;  ///< nu * eta; 0: the row is rescaled only
  float scale = 1.0f;
  bool clamped = false;     ///< max-norm was active
  bool non_finite = false;  ///< the row holds NaN or infinity
};

/// group_lasso sqrt(|r|) with |r| the row's full length: the weight of one row in the group
/// penalty.
CURB_HOST_DEVICE double group_coefficient(const Coefficients& c, std::int64_t row_length) {
  return mul(static_cast<double>(c.group_lasso), square_root(static_cast<double>(row_length)));
}

/// Covers the rounding of a row's products: a row scaled to this fraction of the radius is inside
/// the ball in exact arithmetic when it is stored, and clamping it again changes nothing.
inline constexpr double kInside = 1.0 - 0x1p-23;

/// The factor that brings a row of norm `norm` inside the ball of radius c.
CURB_HOST_DEVICE float clamp_factor(double norm, double c) {
  return round_down(mul(div(c, norm), kInside));
}

/// Terms of the row sums. Each is called as term(weight, denominator).
struct SquaredWeight {
  CURB_HOST_DEVICE double operator()(float w, float) const {
    return mul(static_cast<double>(w), static_cast<double>(w));
  }
};

/// (d z)^2: the squared norm in the dual metric, against which the group threshold is compared.
struct SquaredDual {
  CURB_HOST_DEVICE double operator()(float z, float d) const {
    const double v = mul(static_cast<double>(z), static_cast<double>(d));
    return mul(v, v);
  }
};

/// (d z / (d + x))^2, and divided once more by (d + x): the ball's secular equation and its slope.
template <int kExtraPower>
struct BallSecular {
  double x;
  CURB_HOST_DEVICE double operator()(float z, float d) const {
    const double shifted = add(static_cast<double>(d), x);
    const double v = div(mul(static_cast<double>(d), static_cast<double>(z)), shifted);
    return kExtraPower == 0 ? mul(v, v) : div(mul(v, v), shifted);
  }
};

/// (z / (t/d + x))^2 likewise: the group's secular equation in x = |w|, whose radius is 1.
template <int kExtraPower>
struct GroupSecular {
  double x;
  double threshold;
  CURB_HOST_DEVICE double operator()(float z, float d) const {
    const double shifted = add(div(threshold, static_cast<double>(d)), x);
    const double v = div(static_cast<double>(z), shifted);
    return kExtraPower == 0 ? mul(v, v) : div(mul(v, v), shifted);
  }
};

/// The root x >= 0 of sum Secular<0>(x) = radius^2, where `wanted` says that the sum at 0 exceeds
/// it; 0 where it is not wanted. On return `norm` is the square root of the sum at the root. Rows
/// that are solved side by side leave the loop together (Row::any), since their sums share
/// barriers.
template <template <int> class Secular, class Row, class... Parameters>
CURB_HOST_DEVICE double secular_root(Row& row, bool wanted, double radius, double& norm,
                                     Parameters... parameters) {
  constexpr int kMaxIterations = 64;            // convergence is quadratic: far more than needed
  constexpr double kAboveRadius = 1.0 + 1e-13;  // relative, on the norm: far below fp32
  double x = 0.0;
  double current = square_root(row.sum(Secular<0>{x, parameters...}));
  bool active = wanted && current > mul(radius, kAboveRadius);
  for (int i = 0; i < kMaxIterations && row.any(active); ++i) {
    const double slope = row.sum(Secular<1>{x, parameters...});
    if (active) {
      x = add(x, mul(div(mul(current, current), slope), div(add(current, -radius), radius)));
    }
    current = square_root(row.sum(Secular<0>{x, parameters...}));
    active = active && current > mul(radius, kAboveRadius);
  }
  if (wanted) norm = current;
  return x;
}

/// Euclidean optimisers. `Row` offers
///   double sum(term)  the canonical row sum of term(weight, denominator) over the row's Elements,
///                     the same value for every thread that works on the row;
///   bool any(bool)    whether it holds for any of the rows that are solved in lockstep.
template <class Row>
CURB_HOST_DEVICE RowOutcome solve_euclidean_row(const Coefficients& c, std::int64_t row_length,
                                                Row& row) {
  RowOutcome outcome;
  outcome.scale = c.l2_shrink;
  const double squared = row.sum(SquaredWeight{});
  if (!is_finite(squared)) {
    outcome.non_finite = true;
    return outcome;
  }
  const double threshold =
      mul(static_cast<double>(c.learning_rate), group_coefficient(c, row_length));
  const double norm = square_root(squared);
  if (threshold > 0.0) {
    const double kept = norm > threshold ? add(1.0, -div(threshold, norm)) : 0.0;
    outcome.scale = static_cast<float>(mul(kept, static_cast<double>(c.l2_shrink)));
  }
  const double radius = c.max_norm;
  // A row that nothing has touched yet is compared exactly, so that one inside is left bit for bit.
  const bool outside = outcome.scale == 1.0f
                           ? squared > mul(radius, radius)
                           : mul(norm, static_cast<double>(outcome.scale)) > mul(radius, kInside);
  if (outside) {
    outcome.scale = clamp_factor(norm, radius);
    outcome.clamped = true;
  }
  return outcome;
}

/// Optimisers with a diagonal metric. The proximal l2 has already joined weight and denominator
/// (see row_element). No branch around a sum depends on the row: rows may run in lockstep.
template <class Row>
CURB_HOST_DEVICE RowOutcome solve_metric_row(const Coefficients& c, std::int64_t row_length,
                                             Row& row) {
  RowOutcome outcome;
  const double squared = row.sum(SquaredWeight{});
  const double threshold =
      mul(static_cast<double>(c.learning_rate), group_coefficient(c, row_length));
  const double radius = c.max_norm;
  const bool projects = c.max_norm_exact && radius < kInfinity;
  // A second moment that has overflowed makes the metric infinite where the row is not.
  const double dual = threshold > 0.0 || projects ? row.sum(SquaredDual{}) : 0.0;
  outcome.non_finite = !is_finite(add(squared, dual));

  double norm = square_root(squared);
  bool outside = squared > mul(radius, radius);
  if (threshold > 0.0) {
    const bool shrinks = !outcome.non_finite && dual > mul(threshold, threshold);
    double unit = 0.0;
    const double length = secular_root<GroupSecular>(row, shrinks, 1.0, unit, threshold);
    if (shrinks) outcome.multiplier = div(threshold, length);
    if (!shrinks && !outcome.non_finite) outcome.scale = 0.0f;
    norm = mul(length, unit);
    outside = norm > mul(radius, kInside);
  }
  outcome.clamped = outside && !outcome.non_finite;
  if (projects) {
    // On a ball smaller by the margin, which leaves nothing to rescale: a radial factor, however
    // close to one, would add up to a bias of 2^-23 / T over the steps.
    const double multiplier =
        secular_root<BallSecular>(row, outcome.clamped, mul(radius, kInside), norm);
    if (outcome.clamped) outcome.multiplier = multiplier;
  } else if (outcome.clamped) {
    outcome.scale = clamp_factor(norm, radius);
  }
  return outcome;
}

/// The metric's entry (times eta) that the row stages see: a proximal l2 joins it, D + l2.
CURB_HOST_DEVICE float row_denominator(const Coefficients& c, float denominator) {
  return fma(c.learning_rate, c.l2, denominator);
}

/// An element as the row stages want it. Euclidean: z, since l2 is part of the row's factor. Under
/// a diagonal metric the proximal l2 joins the quadratic: weight z D / (D + l2), metric D + l2.
template <class Optimizer>
CURB_HOST_DEVICE Element row_element(const Coefficients& c, Element e) {
  if constexpr (Optimizer::kDiagonalMetric) {
    return {shrink_element<Optimizer>(c, e), row_denominator(c, e.denominator)};
  } else {
    return e;
  }
}

template <class Optimizer, class Row>
CURB_HOST_DEVICE RowOutcome solve_row(const Coefficients& c, std::int64_t row_length, Row& row) {
  if constexpr (Optimizer::kDiagonalMetric) {
    return solve_metric_row(c, row_length, row);
  } else {
    return solve_euclidean_row(c, row_length, row);
  }
}

/// The stored weight.
CURB_HOST_DEVICE float finish_row_element(const RowOutcome& outcome, Element e) {
  if (outcome.multiplier == 0.0) return mul(e.weight, outcome.scale);
  const double d = e.denominator;
  const double shrunk = mul(static_cast<double>(e.weight), div(d, add(d, outcome.multiplier)));
  return static_cast<float>(mul(shrunk, static_cast<double>(outcome.scale)));
}

}  // namespace curb::rules
