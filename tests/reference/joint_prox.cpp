// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// The consensus iteration; see joint_prox.hpp.
#include "tests/reference/joint_prox.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "tests/reference/matrix.hpp"

namespace curb::testing {
namespace {

using Vector = std::vector<double>;

// argmin  rho/2 (w - v)^2 + l1 |w|_1  within the mask and the sign constraint, element by element.
Vector element_block(const Penalty& penalty, double rho, Vector v) {
  const double threshold = penalty.l1 / rho;
  for (std::size_t i = 0; i < v.size(); ++i) {
    const double shrunk = std::max(0.0, std::abs(v[i]) - threshold);
    const bool barred = penalty.non_negative && v[i] < 0.0;
    const bool masked = !penalty.mask.empty() && penalty.mask[i] == 0;
    v[i] = barred || masked ? 0.0 : std::copysign(shrunk, v[i]);
  }
  return v;
}

// argmin  rho/2 |w - v|^2 + group |w|_2
Vector norm_block(const Penalty& penalty, double rho, Vector v) {
  const double length = norm(v);
  const double threshold = penalty.group / rho;
  for (double& x : v) x = length <= threshold ? 0.0 : x * (1.0 - threshold / length);
  return v;
}

// argmin  |w - v|^2  within the ball
Vector ball_block(const Penalty& penalty, Vector v) {
  const double length = norm(v);
  if (length > penalty.radius) {
    for (double& x : v) x *= penalty.radius / length;
  }
  return v;
}

double bound_of_error(const JointProxProblem& problem, const Vector& w) {
  Vector gradient(w.size());
  for (std::size_t i = 0; i < w.size(); ++i) {
    gradient[i] = problem.metric[i] * (w[i] - problem.z[i]) + problem.l2 * w[i];
  }
  const double modulus =
      *std::min_element(problem.metric.begin(), problem.metric.end()) + problem.l2;
  return stationarity_residual(gradient, problem.penalty, w) / modulus;
}

}  // namespace

JointProxResult joint_prox(const JointProxProblem& problem, double tolerance, int max_iterations) {
  constexpr std::size_t kBlocks = 3;
  constexpr int kIterationsPerCheck = 20;
  const std::size_t size = problem.z.size();
  const auto [smallest, largest] =
      std::minmax_element(problem.metric.begin(), problem.metric.end());
  // Any rho > 0 converges; the geometric mean of the curvatures does it fastest.
  const double rho = std::sqrt((*smallest + problem.l2) * (*largest + problem.l2));

  const Vector zero(size, 0.0);
  std::array<Vector, kBlocks> copies;
  std::array<Vector, kBlocks> duals;  // scaled by 1 / rho
  copies.fill(zero);
  duals.fill(zero);

  // A whole row at zero is tried by itself: there the copies come to agree only up to rounding.
  JointProxResult result{zero, bound_of_error(problem, zero), 0};
  while (result.error_bound > tolerance && result.iterations < max_iterations) {
    ++result.iterations;
    Vector w(size);
    for (std::size_t i = 0; i < size; ++i) {
      double sum = problem.metric[i] * problem.z[i];
      for (std::size_t k = 0; k < kBlocks; ++k) sum += rho * (copies[k][i] - duals[k][i]);
      w[i] = sum / (problem.metric[i] + problem.l2 + static_cast<double>(kBlocks) * rho);
    }
    std::array<Vector, kBlocks> arguments = duals;
    for (Vector& argument : arguments) {
      for (std::size_t i = 0; i < size; ++i) argument[i] += w[i];
    }
    copies = {element_block(problem.penalty, rho, arguments[0]),
              norm_block(problem.penalty, rho, arguments[1]),
              ball_block(problem.penalty, arguments[2])};
    for (std::size_t k = 0; k < kBlocks; ++k) {
      for (std::size_t i = 0; i < size; ++i) duals[k][i] = arguments[k][i] - copies[k][i];
    }
    if (result.iterations % kIterationsPerCheck == 0) {
      // The copy with the exact zeros, moved into the ball.
      result.w = ball_block(problem.penalty, copies[0]);
      result.error_bound = bound_of_error(problem, result.w);
    }
  }
  return result;
}

}  // namespace curb::testing
