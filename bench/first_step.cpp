// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "bench/first_step.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>

namespace curb::bench {

std::vector<double> first_step(const Group& group, const FirstStepRow& row) {
  const Hyperparameters& h = group.hyperparameters;
  std::vector<double> result;
  double squared = 0.0;
  for (std::size_t i = 0; i < row.weight.size(); ++i) {
    const double g = row.gradient[i];
    double direction = g;
    double step = h.learning_rate;
    if (group.modes.optimizer == OptimizerKind::momentum) {
      direction = double{h.momentum} * row.state[0][i] + g;
    } else if (group.modes.optimizer == OptimizerKind::adam) {
      const double beta1 = h.beta1;
      const double beta2 = h.beta2;
      direction = (beta1 * row.state[0][i] + (1.0 - beta1) * g) / (1.0 - beta1);
      const double second = beta2 * row.state[1][i] + (1.0 - beta2) * g * g;
      step /= std::sqrt(second / (1.0 - beta2)) + h.epsilon;
    }
    double w = row.weight[i] * (1.0 - double{h.learning_rate} * h.weight_decay) - step * direction;
    w = std::copysign(std::max(std::fabs(w) - step * h.l1, 0.0), w);
    if (group.modes.non_negative) w = std::max(w, 0.0);
    if (group.modes.l2 == L2Mode::prox) w /= 1.0 + step * h.l2;
    squared += w * w;
    result.push_back(w);
  }
  const double norm = std::sqrt(squared);
  if (norm > h.max_norm) {
    for (double& w : result) w *= h.max_norm / norm;
  }
  return result;
}

void FirstStepCheck::expect(const Group& group, std::int64_t rows, const ReadRow& read_row) {
  constexpr std::int64_t kRowsAtEach = 8;
  std::set<std::int64_t> chosen;
  for (std::int64_t i = 0; i < kRowsAtEach; ++i) {
    for (const std::int64_t r : {i, rows / 2 + i, rows - 1 - i}) {
      if (r >= 0 && r < rows) chosen.insert(r);
    }
  }
  for (const std::int64_t r : chosen) {
    expected_.push_back({read_row, r, first_step(group, read_row(r))});
  }
}

bool FirstStepCheck::holds(double tolerance) const {
  for (const Expected& expected : expected_) {
    const std::vector<float> weight = expected.read_row(expected.row).weight;
    for (std::size_t i = 0; i < weight.size(); ++i) {
      if (!(std::fabs(weight[i] - expected.weight[i]) <= tolerance)) return false;
    }
  }
  return true;
}

}  // namespace curb::bench
