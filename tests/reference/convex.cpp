// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// The proximal gradient iteration; see convex.hpp.
#include "tests/reference/convex.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "tests/reference/stationarity.hpp"

namespace curb::testing {
namespace {

using Vector = std::vector<double>;

Vector smooth_gradient(const Quadratic& quadratic, double l2, const Vector& w) {
  Vector result = gradient(quadratic, w);
  for (std::size_t i = 0; i < w.size(); ++i) result[i] += l2 * w[i];
  return result;
}

// The largest row sum of |A|: at least its largest eigenvalue, and no iteration to trust.
double eigenvalue_bound(const Matrix& a) {
  double largest = 0.0;
  for (std::size_t r = 0; r < a.rows; ++r) {
    double sum = 0.0;
    for (std::size_t c = 0; c < a.columns; ++c) sum += std::abs(a(r, c));
    largest = std::max(largest, sum);
  }
  return largest;
}

// The certificates of the sets together. Weights in no set make one more, with neither group nor
// ball.
double total_residual(const Vector& smooth, const Hyper& hyper, const Modes& modes,
                      const Layout& layout, const Vector& w) {
  const bool by_column = hyper.group_lasso > 0.0 && modes.group_by == GroupBy::outgoing;
  std::vector<bool> covered(w.size(), false);
  Vector residuals;
  const auto add = [&](const IndexSet& set, double group, double radius) {
    Penalty penalty{hyper.l1, group, radius, modes.non_negative, {}};
    for (const std::size_t i : set) {
      covered[i] = true;
      if (!layout.mask.empty()) penalty.mask.push_back(layout.mask[i]);
    }
    residuals.push_back(stationarity_residual(gather(smooth, set), penalty, gather(w, set)));
  };

  for (const IndexSet& set : by_column ? layout.outgoing : layout.incoming) {
    add(set, hyper.group_lasso * std::sqrt(static_cast<double>(set.size())), hyper.max_norm);
  }
  IndexSet rest;
  for (std::size_t i = 0; i < w.size(); ++i) {
    if (!covered[i]) rest.push_back(i);
  }
  add(rest, 0.0, std::numeric_limits<double>::infinity());
  return norm(residuals);
}

}  // namespace

std::vector<double> gradient(const Quadratic& quadratic, const std::vector<double>& w) {
  const Matrix& a = quadratic.hessian;
  Vector result(w.size(), 0.0);
  for (std::size_t r = 0; r < quadratic.target.rows; ++r) {
    for (std::size_t i = 0; i < a.rows; ++i) {
      for (std::size_t j = 0; j < a.columns; ++j) {
        result[r * a.rows + i] += a(i, j) * (w[r * a.rows + j] - quadratic.target(r, j));
      }
    }
  }
  return result;
}

ConvexResult minimise(const Quadratic& quadratic, const Hyper& hyper, const Modes& modes,
                      const Layout& layout, double tolerance, int max_iterations) {
  const std::size_t size = quadratic.target.values.size();
  const Vector step_length(size, 1.0 / (eigenvalue_bound(quadratic.hessian) + hyper.l2));
  Modes euclidean;
  euclidean.non_negative = modes.non_negative;
  euclidean.group_by = modes.group_by;
  const Coefficients coefficients{hyper.l1, 0.0, hyper.group_lasso};

  ConvexResult result{Vector(size, 0.0), std::numeric_limits<double>::infinity(), 0};
  Vector extrapolated = result.w;
  double t = 1.0;
  while (result.residual > tolerance && result.iterations < max_iterations) {
    ++result.iterations;
    const Vector slope = smooth_gradient(quadratic, hyper.l2, extrapolated);
    Vector next = extrapolated;
    for (std::size_t i = 0; i < size; ++i) next[i] -= step_length[i] * slope[i];
    proximal_step(coefficients, hyper.max_norm, euclidean, layout, step_length, next);

    // Momentum that points uphill is dropped: this gives the linear rate without knowing the
    // condition number.
    double uphill = 0.0;
    for (std::size_t i = 0; i < size; ++i) {
      uphill += (extrapolated[i] - next[i]) * (next[i] - result.w[i]);
    }
    const double next_t = uphill > 0.0 ? 1.0 : 0.5 * (1.0 + std::sqrt(1.0 + 4.0 * t * t));
    const double weight = uphill > 0.0 ? 0.0 : (t - 1.0) / next_t;
    for (std::size_t i = 0; i < size; ++i) {
      extrapolated[i] = next[i] + weight * (next[i] - result.w[i]);
    }
    t = next_t;
    result.w = next;
    result.residual = total_residual(smooth_gradient(quadratic, hyper.l2, result.w), hyper, modes,
                                     layout, result.w);
  }
  return result;
}

}  // namespace curb::testing
