// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What an element-wise step can be asked for, and inputs for it: shared by the tests of the kernels
// and of the host's loops, which must agree bit for bit.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <curb/rules/hyperparameters.hpp>
#include <string>
#include <vector>

#include "kernels/update.hpp"
#include "tests/kernels/serial_step.hpp"
#include "tests/kernels/values.hpp"
#include "tests/rules/optimizer_kinds.hpp"

namespace curb::testing {

using rules::L1Mode;
using rules::L2Mode;
using rules::OptimizerKind;

struct Combination {
  rules::Modes modes;
  rules::Hyperparameters h;
  bool masked = false;
};

/// Everything that an element-wise step can be asked for, off and on, in every mode.
inline std::vector<Combination> all_combinations() {
  std::vector<Combination> all;
  for (const OptimizerKind optimizer : kAllOptimizers) {
    for (const L1Mode l1 : {L1Mode::prox, L1Mode::sign, L1Mode::cumulative}) {
      if (l1 == L1Mode::cumulative && optimizer != OptimizerKind::sgd) continue;
      for (const L2Mode l2 : {L2Mode::coupled, L2Mode::prox}) {
        for (unsigned switches = 0; switches < 32; ++switches) {
          const auto on = [&](unsigned bit) { return (switches >> bit & 1u) != 0; };
          Combination c;
          c.modes.optimizer = optimizer;
          c.modes.l1 = l1;
          c.modes.l2 = l2;
          c.modes.non_negative = on(0);
          c.h.learning_rate = 0.1f;
          c.h.l1 = on(1) ? 0.3f : 0.0f;
          c.h.l2 = 0.2f;
          c.h.weight_decay = on(2) ? 0.05f : 0.0f;
          c.h.gradient_scale = on(3) ? 0.75f : 1.0f;
          c.masked = on(4);
          all.push_back(c);
        }
      }
    }
  }
  return all;
}

inline std::string describe(const Combination& c) {
  return "optimizer " + std::to_string(static_cast<int>(c.modes.optimizer)) + ", l1 mode " +
         std::to_string(static_cast<int>(c.modes.l1)) + ", l2 mode " +
         std::to_string(static_cast<int>(c.modes.l2)) + ", non-negative " +
         std::to_string(c.modes.non_negative) + ", l1 " + std::to_string(c.h.l1) +
         ", weight decay " + std::to_string(c.h.weight_decay) + ", gradient scale " +
         std::to_string(c.h.gradient_scale) + ", masked " + std::to_string(c.masked);
}

/// A vector of n elements with every kind of float in it.
inline HostTensor random_tensor(const Combination& combination, std::size_t n,
                                RandomFloats& random) {
  HostTensor tensor;
  tensor.rows = 1;
  tensor.columns = static_cast<std::int64_t>(n);
  tensor.leading_dimension = tensor.columns;
  tensor.weight = random.any(n);
  tensor.gradient = random.any(n);
  const int states = kernels::state_count(kernels::update_kind(combination.modes));
  for (int s = 0; s < states; ++s) tensor.state[static_cast<std::size_t>(s)] = random.any(n);
  const bool adam = combination.modes.optimizer == OptimizerKind::adam;
  if (rules::has_metric(combination.modes.optimizer)) {
    for (float& squares : tensor.state[adam ? 1 : 0]) squares = std::fabs(squares);
  }
  if (combination.masked) tensor.mask = random.mask(n);
  return tensor;
}

/// Every stage on at once.
inline Combination every_stage(OptimizerKind optimizer, L1Mode l1 = L1Mode::prox) {
  Combination c;
  c.modes.optimizer = optimizer;
  c.modes.l1 = l1;
  c.modes.l2 = L2Mode::prox;
  c.h.learning_rate = 0.1f;
  c.h.l1 = 0.3f;
  c.h.l2 = 0.2f;
  c.h.weight_decay = 0.05f;
  c.masked = true;
  return c;
}

}  // namespace curb::testing
