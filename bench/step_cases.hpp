// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The steps that are measured against their unfused rivals.
#pragma once

#include <cmath>
#include <cstdint>
#include <curb/curb.hpp>
#include <vector>

namespace curb::bench {

struct StepCase {
  const char* name;
  Group group;
};

/// Momentum with proximal L1 and L2.
inline Group momentum_elastic_net() {
  Group group;
  group.name = "all";
  group.modes.optimizer = OptimizerKind::momentum;
  group.modes.l2 = L2Mode::prox;
  group.hyperparameters.learning_rate = 1e-3f;
  group.hyperparameters.l1 = 1e-3f;
  group.hyperparameters.l2 = 0.01f;
  return group;
}

/// A ball of about half the length of that many weights in (-0.1, 0.1).
inline float half_as_long_as_filled(std::int64_t weights) {
  return std::sqrt(static_cast<float>(weights)) / 32.0f;
}

/// For weights in (-0.1, 0.1) in rows of 1,024 or more: max-norm clamps every one of them at first.
inline std::vector<StepCase> step_cases() {
  Group sgd;
  sgd.name = "all";
  sgd.hyperparameters.learning_rate = 1e-3f;
  Group max_norm = momentum_elastic_net();
  max_norm.hyperparameters.max_norm = 1.0f;
  Group adamw = sgd;
  adamw.modes.optimizer = OptimizerKind::adam;
  adamw.hyperparameters.weight_decay = 0.01f;
  adamw.hyperparameters.l1 = 1e-3f;
  return {{"sgd", sgd},
          {"momentum_elastic_net", momentum_elastic_net()},
          {"momentum_elastic_net_max_norm", max_norm},
          {"adamw_l1", adamw}};
}

/// Those and two more: what other libraries are compared at (bench/peers/updates.py has the same).
inline std::vector<StepCase> peer_cases() {
  std::vector<StepCase> cases = step_cases();
  Group adamw = cases.back().group;
  adamw.hyperparameters.l1 = 0.0f;
  Group everything = cases.back().group;
  everything.modes.l2 = L2Mode::prox;
  everything.hyperparameters.l2 = 0.01f;
  everything.hyperparameters.max_norm = 1.0f;
  cases.push_back({"adamw", adamw});
  cases.push_back({"adamw_elastic_net_max_norm", everything});
  return cases;
}

}  // namespace curb::bench
