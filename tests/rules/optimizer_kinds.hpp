// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Every optimiser, for tests that go through them all.
#pragma once

#include <array>
#include <cstddef>
#include <curb/rules/hyperparameters.hpp>

namespace curb::testing {

inline constexpr std::array kAllOptimizers = {
    rules::OptimizerKind::sgd,  rules::OptimizerKind::momentum, rules::OptimizerKind::nesterov,
    rules::OptimizerKind::adam, rules::OptimizerKind::adagrad,  rules::OptimizerKind::rmsprop};

inline const char* name_of(rules::OptimizerKind optimizer) {
  constexpr std::array kNames = {"sgd", "momentum", "nesterov", "adam", "adagrad", "rmsprop"};
  return kNames[static_cast<std::size_t>(optimizer)];
}

}  // namespace curb::testing
