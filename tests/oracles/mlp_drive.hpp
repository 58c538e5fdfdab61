// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// Drives an fp32 executor, whichever it is, through the update oracles: at every step the gradients
// of the network in double at the executor's own weights, rounded to fp32, and a comparison of the
// weights that come back. Rounding the gradients is part of the comparison, as it is of training.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <vector>

#include "tests/oracles/mlp_updates.hpp"

namespace curb::testing {

// W1, b1, W2, b2, each row-major; the shapes are those of MlpUpdates::initial.
using MlpFloats = std::array<std::vector<float>, 4>;

// Takes one step of all four tensors with these gradients.
using MlpStep = std::function<void(const MlpFloats& gradients)>;

// Prepares an executor for one case and returns its step, which leaves the new weights in `weights`
// (alive and in place as long as the step is).
using MlpStart = std::function<MlpStep(const MlpUpdateCase& rule, MlpFloats& weights)>;

// The largest difference from the oracle after each step, over all weights and biases.
using MlpDifferences = std::array<double, kMlpSteps>;

inline MlpFloats to_floats(const MlpWeights& tensors) {
  MlpFloats result;
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    for (const double value : tensors[t].values) result[t].push_back(static_cast<float>(value));
  }
  return result;
}

inline double largest_difference(const MlpFloats& weights, const MlpWeights& expected) {
  double result = 0.0;
  for (std::size_t t = 0; t < weights.size(); ++t) {
    for (std::size_t i = 0; i < weights[t].size(); ++i) {
      const double difference = std::abs(weights[t][i] - expected[t].values[i]);
      // Written so that a NaN does not pass for the smaller of the two.
      if (!(difference <= result)) result = difference;
    }
  }
  return result;
}

inline MlpDifferences drive_mlp(const MlpUpdates& updates, const MlpUpdateCase& rule,
                                const MlpStart& start) {
  MlpDifferences differences{};
  MlpFloats weights = to_floats(updates.initial);
  const MlpStep step = start(rule, weights);
  MlpWeights now = updates.initial;
  for (std::size_t k = 0; k < kMlpSteps; ++k) {
    for (std::size_t t = 0; t < now.size(); ++t) {
      now[t].values.assign(weights[t].begin(), weights[t].end());
    }
    step(to_floats(gradients(now, updates.batches[k])));
    differences[k] = largest_difference(weights, rule.after[k]);
  }
  return differences;
}

// The table that a test prints: the largest difference after each step, one row per case.
inline void print_mlp_header() {
  std::printf("%-24s %9s %9s %9s\n", "largest difference", "step 1", "step 2", "step 3");
}

inline void print_mlp_row(const MlpUpdateCase& rule, const MlpDifferences& differences) {
  std::printf("%-24s %9.2e %9.2e %9.2e\n", rule.name.c_str(), differences[0], differences[1],
              differences[2]);
}

}  // namespace curb::testing
