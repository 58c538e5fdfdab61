// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a user sets for a parameter group, and the modes in which the regularisers act.
//
// One convention holds everywhere (conversions from other libraries: conventions.hpp):
//
//   F(W) = data loss + l1 |W|_1 + l2/2 |W|^2 + group_lasso sum_r sqrt(|r|) |W_r|_2,  |W_r|_2 <=
//   max_norm
//
// where the data loss is a mean over the batch and r runs over the neurons' incoming vectors.
#pragma once

#include <cstdint>
#include <curb/rules/numeric.hpp>

namespace curb::rules {

enum class OptimizerKind : std::uint8_t {
  sgd,       ///< w -= eta g
  momentum,  ///< heavy ball (Polyak 1964): v = mu v + g, w -= eta v
  nesterov,  ///< Sutskever et al. 2013 in the form of PyTorch: w -= eta (g + mu v) with the new v
  adam,      ///< Kingma and Ba 2015; with weight_decay it is AdamW (Loshchilov and Hutter 2019)
  adagrad,   ///< Duchi, Hazan and Singer 2011: s += g^2, w -= eta g / (sqrt(s) + epsilon)
  rmsprop,   ///< Tieleman and Hinton 2012: s = beta2 s + (1 - beta2) g^2, and the same step
};

/// Whether each weight has a step size of its own: distances are then measured in a diagonal
/// metric.
constexpr bool has_metric(OptimizerKind optimizer) {
  return optimizer == OptimizerKind::adam || optimizer == OptimizerKind::adagrad ||
         optimizer == OptimizerKind::rmsprop;
}

enum class L1Mode : std::uint8_t {
  prox,        ///< soft threshold after the step: exact zeros
  sign,        ///< subgradient l1 sign(w) in the gradient, sign(0) = 0: leaves no lasting zeros
  cumulative,  ///< Tsuruoka, Tsujii and Ananiadou 2009, clipped at zero; plain SGD only
};

enum class L2Mode : std::uint8_t {
  coupled,  ///< l2 w joins the gradient and passes through the optimiser
  prox,     ///< w / (1 + T l2) after the step
};

/// How max-norm acts under an optimiser with a diagonal metric (Adam, Adagrad, RMSprop). Elsewhere
/// both are the same.
enum class MaxNormMode : std::uint8_t {
  radial,  ///< the textbook clamp w c / |w|; under a diagonal metric not the minimiser of F
  exact,   ///< the projection in the optimiser's own metric: the minimiser of F
};

/// May change from step to step.
struct Hyperparameters {
  float learning_rate = 0.01f;  ///< eta >= 0
  float momentum = 0.9f;        ///< mu in [0, 1): momentum and nesterov
  float beta1 = 0.9f;           ///< in [0, 1): adam
  float beta2 = 0.999f;         ///< in [0, 1): adam; rmsprop (where others call it alpha)
  float epsilon = 1e-8f;        ///< > 0: adam, adagrad, rmsprop
  float l1 = 0.0f;              ///< >= 0
  float l2 = 0.0f;              ///< >= 0; the penalty is l2/2 |w|^2
  float weight_decay = 0.0f;    ///< decoupled: w *= 1 - eta weight_decay; in [0, 1/eta]
  float group_lasso = 0.0f;     ///< >= 0; multiplied by sqrt(row length)
  float max_norm = kInfinity;   ///< > 0; infinity: none
  float gradient_scale = 1.0f;  ///< multiplies every gradient first (1 / loss scale, 1 / batches)
  float ema_decay = 0.999f;     ///< in [0, 1]: average = ema_decay average + (1 - ema_decay) w
};

/// Fixed for the life of a group.
struct Modes {
  OptimizerKind optimizer = OptimizerKind::sgd;
  L1Mode l1 = L1Mode::prox;
  L2Mode l2 = L2Mode::coupled;
  MaxNormMode max_norm = MaxNormMode::radial;
  bool non_negative = false;
};

/// What a group remembers from step to step. Powers of beta are running products: powf is neither
/// correctly rounded nor the same on host and device.
struct FilterState {
  std::uint64_t step = 0;
  double beta1_power = 1.0;
  double beta2_power = 1.0;
  double l1 = 0.0;             ///< the l1 coefficient after the optimiser's filter
  double l2 = 0.0;             ///< likewise for the proximal l2
  double group_lasso = 0.0;    ///< likewise
  double l1_cumulative = 0.0;  ///< cumulative mode: the sum of eta l1 over all steps
};

}  // namespace curb::rules
