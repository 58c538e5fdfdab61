// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The settings of the double reference, as the library spells them. The reference shares no code
// with the library, so that its types are its own; here the two meet.
#pragma once

#include <curb/rules/hyperparameters.hpp>

#include "tests/reference/reference.hpp"

namespace curb::testing {

inline rules::OptimizerKind from_reference(Optimizer optimizer) {
  switch (optimizer) {
    case Optimizer::momentum:
      return rules::OptimizerKind::momentum;
    case Optimizer::nesterov:
      return rules::OptimizerKind::nesterov;
    case Optimizer::adam:
      return rules::OptimizerKind::adam;
    case Optimizer::adagrad:
      return rules::OptimizerKind::adagrad;
    case Optimizer::rmsprop:
      return rules::OptimizerKind::rmsprop;
    case Optimizer::sgd:
      break;
  }
  return rules::OptimizerKind::sgd;
}

inline rules::L1Mode from_reference(L1Mode mode) {
  switch (mode) {
    case L1Mode::sign:
      return rules::L1Mode::sign;
    case L1Mode::cumulative:
      return rules::L1Mode::cumulative;
    case L1Mode::prox:
      break;
  }
  return rules::L1Mode::prox;
}

inline rules::Modes from_reference(const Modes& modes) {
  rules::Modes result;
  result.optimizer = from_reference(modes.optimizer);
  result.l1 = from_reference(modes.l1);
  result.l2 = modes.l2 == L2Mode::prox ? rules::L2Mode::prox : rules::L2Mode::coupled;
  result.max_norm =
      modes.max_norm == MaxNormMode::exact ? rules::MaxNormMode::exact : rules::MaxNormMode::radial;
  result.non_negative = modes.non_negative;
  return result;
}

inline rules::Hyperparameters from_reference(const Hyper& hyper) {
  rules::Hyperparameters result;
  result.learning_rate = static_cast<float>(hyper.learning_rate);
  result.momentum = static_cast<float>(hyper.momentum);
  result.beta1 = static_cast<float>(hyper.beta1);
  result.beta2 = static_cast<float>(hyper.beta2);
  result.epsilon = static_cast<float>(hyper.epsilon);
  result.l1 = static_cast<float>(hyper.l1);
  result.l2 = static_cast<float>(hyper.l2);
  result.weight_decay = static_cast<float>(hyper.weight_decay);
  result.group_lasso = static_cast<float>(hyper.group_lasso);
  result.max_norm = static_cast<float>(hyper.max_norm);
  result.gradient_scale = static_cast<float>(hyper.gradient_scale);
  return result;
}

/// A value that fp32 holds, so that library and reference start from the same number.
inline double as_float(double value) { return static_cast<double>(static_cast<float>(value)); }

}  // namespace curb::testing
