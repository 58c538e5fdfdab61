// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// See metric.hpp for the derivation.
#include "tests/reference/metric.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

#include "tests/reference/matrix.hpp"

namespace curb::testing {
namespace {

// The root of a falling function, given f(low) > 0 >= f(high). Ends when no double lies between the
// two ends and returns the upper one, where f <= 0 still holds.
template <typename Function>
double bisect(double low, double high, const Function& f) {
  for (;;) {
    const double middle = low + 0.5 * (high - low);
    if (middle <= low || middle >= high) return high;
    (f(middle) > 0.0 ? low : high) = middle;
  }
}

// z / T, the gradient at w = 0 with its sign turned. A zero weight pulls at nothing, even where a
// step of length zero makes the metric infinite.
std::vector<double> pull(const std::vector<double>& z, const std::vector<double>& step) {
  std::vector<double> result(z.size(), 0.0);
  for (std::size_t i = 0; i < z.size(); ++i) {
    if (z[i] != 0.0) result[i] = z[i] / step[i];
  }
  return result;
}

}  // namespace

std::vector<double> metric_group_shrink(const std::vector<double>& z,
                                        const std::vector<double>& step, double group) {
  if (group == 0.0) return z;
  if (norm(pull(z, step)) <= group) return std::vector<double>(z.size(), 0.0);
  // With s = |w| = g / nu the row is w_i = s z_i / (s + T_i g), and |w| = s reads
  // sum (z_i / (s + T_i g))^2 = 1. Unlike nu, s is bounded on both sides: 0 < s < |z|.
  const auto shrunk_over_norm = [&](double s) {
    std::vector<double> row(z.size());
    for (std::size_t i = 0; i < z.size(); ++i) {
      row[i] = z[i] == 0.0 ? 0.0 : z[i] / (s + step[i] * group);
    }
    return row;
  };
  const double s =
      bisect(0.0, norm(z), [&](double trial) { return norm(shrunk_over_norm(trial)) - 1.0; });
  std::vector<double> w = shrunk_over_norm(s);
  for (double& value : w) value *= s;
  return w;
}

std::vector<double> metric_project(const std::vector<double>& z, const std::vector<double>& step,
                                   double radius) {
  if (norm(z) <= radius) return z;
  if (std::any_of(step.begin(), step.end(), [](double t) { return t <= 0.0; })) {
    throw std::invalid_argument("projection in a metric needs positive steps");
  }
  const auto shrunk = [&](double nu) {
    std::vector<double> row(z.size());
    for (std::size_t i = 0; i < z.size(); ++i) row[i] = z[i] / (1.0 + step[i] * nu);
    return row;
  };
  // |w(nu)| <= |z / T| / nu, so nu = |z / T| / radius is already enough; twice that leaves room for
  // rounding.
  const double enough = 2.0 * norm(pull(z, step)) / radius;
  return shrunk(bisect(0.0, enough, [&](double nu) { return norm(shrunk(nu)) - radius; }));
}

}  // namespace curb::testing
