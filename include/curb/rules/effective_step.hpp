// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The prologue of a step: from hyper-parameters to the coefficients that every element uses.
//
// A proximal stage must see the same gain as the gradient. With heavy ball the gradient's gain
// tends to eta / (1 - mu), so a threshold of eta l1 would solve the problem with (1 - mu) l1
// instead. Each proximal coefficient therefore passes through the optimiser's own filter, as one
// scalar per group. For constant mu this equals eta l1 (1 - mu^t) / (1 - mu); unlike that closed
// form it stays right when mu or the coefficient follows a schedule.
#pragma once

#include <curb/rules/hyperparameters.hpp>
#include <curb/rules/numeric.hpp>

namespace curb::rules {

/// One step's coefficients. Each regulariser that is off has its identity value, so that one kernel
/// serves every combination. A proximal coefficient here is the filtered one: multiplied by the
/// element's step size (eta, or eta / denominator under a diagonal metric) it is the threshold.
struct Coefficients {
  float learning_rate = 0.0f;
  float gradient_scale = 1.0f;
  float l2_coupled = 0.0f;
  float l1_sign = 0.0f;
  float momentum = 0.0f;
  float velocity_gain = 1.0f;  ///< direction = velocity_gain v + gradient_gain g: {1, 0} is heavy
  float gradient_gain = 0.0f;  ///< ball and {mu, 1} Nesterov
  float beta1 = 0.0f;
  float one_minus_beta1 = 1.0f;
  float beta2 = 0.0f;
  float one_minus_beta2 = 1.0f;
  float inverse_bias1 = 1.0f;  ///< 1 / (1 - beta1^t)
  float inverse_bias2 = 1.0f;  ///< 1 / (1 - beta2^t)
  float epsilon = 0.0f;
  float decay_keep = 1.0f;  ///< 1 - eta weight_decay
  float l1 = 0.0f;
  float l1_cumulative = 0.0f;
  float l2 = 0.0f;
  float l2_shrink = 1.0f;  ///< 1 / (1 + eta l2): the proximal l2 factor in the Euclidean metric
  float group_lasso = 0.0f;
  float max_norm = kInfinity;
  float lower_bound = -kInfinity;
  float ema_gain = 0.0f;   ///< 1 - ema_decay
  std::uint64_t step = 0;  ///< names the step's random numbers
  bool max_norm_exact = false;
  bool skip = false;  ///< the step is not to be taken: nothing may change
};

namespace detail {

/// Passes `coefficient` through the optimiser's filter held in `memory`; returns the gain-corrected
/// coefficient of this step.
CURB_HOST_DEVICE double filtered(OptimizerKind kind, const Hyperparameters& h, double beta1_power,
                                 double coefficient, double& memory) {
  switch (kind) {
    case OptimizerKind::momentum:
      memory = fma(static_cast<double>(h.momentum), memory, coefficient);
      return memory;
    case OptimizerKind::nesterov:
      memory = fma(static_cast<double>(h.momentum), memory, coefficient);
      return fma(static_cast<double>(h.momentum), memory, coefficient);
    case OptimizerKind::adam: {
      const double beta1 = h.beta1;
      memory = fma(beta1, memory, mul(add(1.0, -beta1), coefficient));
      return div(memory, add(1.0, -beta1_power));
    }
    case OptimizerKind::sgd:
    case OptimizerKind::adagrad:  // no first moment: the gradient's gain is in the metric alone
    case OptimizerKind::rmsprop:
      break;
  }
  return coefficient;
}

}  // namespace detail

/// Advances `state` by one step and returns the step's coefficients for a regularised tensor.
CURB_HOST_DEVICE Coefficients advance(const Modes& modes, const Hyperparameters& h,
                                      FilterState& state) {
  const double eta = h.learning_rate;
  const double l1 = modes.l1 == L1Mode::prox ? h.l1 : 0.0;
  const double l2 = modes.l2 == L2Mode::prox ? h.l2 : 0.0;
  state.step += 1;
  state.beta1_power = mul(state.beta1_power, static_cast<double>(h.beta1));
  state.beta2_power = mul(state.beta2_power, static_cast<double>(h.beta2));
  if (modes.l1 == L1Mode::cumulative) {
    state.l1_cumulative = fma(eta, static_cast<double>(h.l1), state.l1_cumulative);
  }

  Coefficients c;
  c.learning_rate = h.learning_rate;
  c.gradient_scale = h.gradient_scale;
  c.l2_coupled = modes.l2 == L2Mode::coupled ? h.l2 : 0.0f;
  c.l1_sign = modes.l1 == L1Mode::sign ? h.l1 : 0.0f;
  c.momentum = h.momentum;
  const bool nesterov = modes.optimizer == OptimizerKind::nesterov;
  c.velocity_gain = nesterov ? h.momentum : 1.0f;
  c.gradient_gain = nesterov ? 1.0f : 0.0f;
  c.beta1 = h.beta1;
  c.beta2 = h.beta2;
  c.one_minus_beta1 = static_cast<float>(add(1.0, -static_cast<double>(h.beta1)));
  c.one_minus_beta2 = static_cast<float>(add(1.0, -static_cast<double>(h.beta2)));
  c.inverse_bias1 = static_cast<float>(div(1.0, add(1.0, -state.beta1_power)));
  c.inverse_bias2 = static_cast<float>(div(1.0, add(1.0, -state.beta2_power)));
  if (modes.optimizer == OptimizerKind::adagrad) {  // a sum, not an average
    c.beta2 = 1.0f;
    c.one_minus_beta2 = 1.0f;
  }
  c.epsilon = h.epsilon;
  c.decay_keep = static_cast<float>(fma(-eta, static_cast<double>(h.weight_decay), 1.0));
  const OptimizerKind kind = modes.optimizer;
  const double filtered_l2 = detail::filtered(kind, h, state.beta1_power, l2, state.l2);
  c.l1 = static_cast<float>(detail::filtered(kind, h, state.beta1_power, l1, state.l1));
  c.l2 = static_cast<float>(filtered_l2);
  c.l2_shrink = static_cast<float>(div(1.0, fma(eta, filtered_l2, 1.0)));
  c.group_lasso = static_cast<float>(
      detail::filtered(kind, h, state.beta1_power, h.group_lasso, state.group_lasso));
  c.l1_cumulative = static_cast<float>(state.l1_cumulative);
  c.max_norm = h.max_norm;
  c.max_norm_exact = modes.max_norm == MaxNormMode::exact;
  c.lower_bound = modes.non_negative ? 0.0f : -kInfinity;
  c.ema_gain = static_cast<float>(add(1.0, -static_cast<double>(h.ema_decay)));
  c.step = state.step;
  return c;
}

/// The same step for a tensor that is free of every penalty and constraint (a bias).
CURB_HOST_DEVICE Coefficients without_regularisation(Coefficients c) {
  const Coefficients identity;
  c.l2_coupled = identity.l2_coupled;
  c.l1_sign = identity.l1_sign;
  c.decay_keep = identity.decay_keep;
  c.l1 = identity.l1;
  c.l1_cumulative = identity.l1_cumulative;
  c.l2 = identity.l2;
  c.l2_shrink = identity.l2_shrink;
  c.group_lasso = identity.group_lasso;
  c.max_norm = identity.max_norm;
  c.lower_bound = identity.lower_bound;
  return c;
}

}  // namespace curb::rules
