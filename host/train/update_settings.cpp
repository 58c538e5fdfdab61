// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The settings of the update of the weights, which each layer may have for itself.
#include "host/train/names.hpp"
#include "host/train/setting_makers.hpp"
#include "host/train/settings.hpp"

namespace curb::train {
namespace {

using makers::choice;
using makers::kBelowOne;
using makers::kNotNegative;
using makers::kPositive;
using makers::kRadius;
using makers::number;
using makers::on_or_off;

std::vector<Setting<UpdateSettings>> make_update_settings() {
  using Update = UpdateSettings;
  return {
      number<Update>("learning_rate", kPositive, "by default what suits the optimiser",
                     CURB_MEMBER(learning_rate)),
      number<Update>("momentum", kBelowOne, "of momentum and nesterov; by default 0.9",
                     CURB_MEMBER(momentum)),
      number<Update>("l1", kNotNegative, "the penalty l1 |w|", CURB_MEMBER(l1)),
      choice<Update>("l1_mode", kL1Modes,
                     "only prox leaves exact zeros that last; cumulative needs sgd",
                     CURB_MEMBER(l1_mode)),
      number<Update>("l2", kNotNegative, "the penalty l2/2 w^2", CURB_MEMBER(l2)),
      choice<Update>("l2_mode", kL2Modes, "as part of the gradient, or after the step",
                     CURB_MEMBER(l2_mode)),
      number<Update>("weight_decay", kNotNegative, "decoupled from the loss; 0.01 for adamw",
                     CURB_MEMBER(weight_decay)),
      number<Update>("group_lasso", kNotNegative, "the penalty X sqrt(size) |v| of whole vectors v",
                     CURB_MEMBER(group_lasso)),
      choice<Update>("group_lasso_over", kGroupLassoOver,
                     "the weights into a neuron, or out of an input",
                     CURB_MEMBER(group_lasso_over)),
      number<Update>("max_norm", kRadius, "the largest norm of the weights into a neuron",
                     CURB_MEMBER(max_norm)),
      choice<Update>("max_norm_mode", kMaxNormModes,
                     "under adam: a plain rescaling, or the minimiser", CURB_MEMBER(max_norm_mode)),
      on_or_off<Update>("non_negative", "no weight below zero", CURB_MEMBER(non_negative)),
  };
}

}  // namespace

const std::vector<Setting<UpdateSettings>>& update_settings() {
  static const std::vector<Setting<UpdateSettings>> kTable = make_update_settings();
  return kTable;
}

}  // namespace curb::train
