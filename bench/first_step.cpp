// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "bench/first_step.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace curb::bench {

std::vector<double> first_step(const Group& group, std::int64_t columns, const float* weight,
                               const float* gradient, const float* state0, const float* state1) {
  const Hyperparameters& h = group.hyperparameters;
  std::vector<double> row;
  double squared = 0.0;
  for (std::int64_t i = 0; i < columns; ++i) {
    const double g = gradient[i];
    double direction = g;
    double step = h.learning_rate;
    if (group.modes.optimizer == OptimizerKind::momentum) {
      direction = double{h.momentum} * state0[i] + g;
    } else if (group.modes.optimizer == OptimizerKind::adam) {
      const double beta1 = h.beta1;
      const double beta2 = h.beta2;
      direction = (beta1 * state0[i] + (1.0 - beta1) * g) / (1.0 - beta1);
      step /= std::sqrt((beta2 * state1[i] + (1.0 - beta2) * g * g) / (1.0 - beta2)) + h.epsilon;
    }
    double w = weight[i] * (1.0 - double{h.learning_rate} * h.weight_decay) - step * direction;
    w = std::copysign(std::max(std::fabs(w) - step * h.l1, 0.0), w);
    if (group.modes.non_negative) w = std::max(w, 0.0);
    if (group.modes.l2 == L2Mode::prox) w /= 1.0 + step * h.l2;
    squared += w * w;
    row.push_back(w);
  }
  const double norm = std::sqrt(squared);
  if (norm > h.max_norm) {
    for (double& w : row) w *= h.max_norm / norm;
  }
  return row;
}

bool first_step_is_right(const Group& group, const FirstStepArrays& arrays,
                         const std::function<void()>& step) {
  constexpr double kTolerance = 1e-7;  // some roundings of weights of 0.2
  constexpr std::int64_t kRowsAtEach = 8;
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < kRowsAtEach; ++i) {
    for (const std::int64_t r : {i, arrays.rows / 2 + i, arrays.rows - 1 - i}) {
      if (r >= 0 && r < arrays.rows) rows.push_back(r);
    }
  }
  std::vector<std::vector<double>> expected;
  for (const std::int64_t r : rows) {
    const std::int64_t first = r * arrays.columns;
    expected.push_back(first_step(group, arrays.columns, arrays.weight + first,
                                  arrays.gradient + first, arrays.state0 + first,
                                  arrays.state1 + first));
  }
  step();
  for (std::size_t k = 0; k < rows.size(); ++k) {
    for (std::int64_t i = 0; i < arrays.columns; ++i) {
      const double w = arrays.weight[rows[k] * arrays.columns + i];
      if (!(std::fabs(w - expected[k][static_cast<std::size_t>(i)]) <= kTolerance)) return false;
    }
  }
  return true;
}

}  // namespace curb::bench
