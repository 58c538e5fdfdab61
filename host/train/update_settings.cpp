// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The settings of the update of the weights, which each layer may have for itself.
#include "host/train/names.hpp"
#include "host/train/schedule_text.hpp"
#include "host/train/setting_makers.hpp"
#include "host/train/settings.hpp"
#include "host/train/toml.hpp"

namespace curb::train {
namespace {

using makers::choice;
using makers::kBelowOne;
using makers::kNotNegative;
using makers::kPositive;
using makers::kRadius;
using makers::make;
using makers::number;
using makers::on_or_off;
using makers::Range;

/// How the setting `name` changes in the course of the run; `range` is that of its values.
template <class Access>
Setting<UpdateSettings> schedule(const std::string& name, const Range& range, Access access) {
  return make<UpdateSettings>(
      name + "_schedule", "[KIND:]KEY=VALUE,...",
      "how it changes: constant, step:every=,factor=, exponential:every=,factor=, linear:end=, "
      "cosine:end=, inverse:every=; each also with from=, warmup=,start=. A span is 500 (steps), "
      "5ep (epochs) or 10%",
      access,
      [range](const std::string& setting, const std::string& text) {
        return parse_schedule(setting, range, text);
      },
      [](const Schedule& value) { return toml::value(std::string_view(to_text(value))); });
}

std::vector<Setting<UpdateSettings>> make_update_settings() {
  using Update = UpdateSettings;
  return {
      number<Update>("learning_rate", kPositive, "by default what suits the optimiser",
                     CURB_MEMBER(learning_rate)),
      number<Update>("momentum", kBelowOne, "of momentum and nesterov; by default 0.9",
                     CURB_MEMBER(momentum)),
      number<Update>("beta1", kBelowOne, "of adam and adamw: decay of the mean; by default 0.9",
                     CURB_MEMBER(beta1)),
      number<Update>("beta2", kBelowOne,
                     "decay of the mean square; by default 0.999 for adam and adamw, 0.99 for "
                     "rmsprop",
                     CURB_MEMBER(beta2)),
      number<Update>("epsilon", kPositive,
                     "of adam, adamw and rmsprop, by default 1e-8, and of adagrad, 1e-10",
                     CURB_MEMBER(epsilon)),
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

      schedule("learning_rate", kNotNegative, CURB_MEMBER(learning_rate_schedule)),
      schedule("momentum", kBelowOne, CURB_MEMBER(momentum_schedule)),
      schedule("l1", kNotNegative, CURB_MEMBER(l1_schedule)),
      schedule("l2", kNotNegative, CURB_MEMBER(l2_schedule)),
      schedule("weight_decay", kNotNegative, CURB_MEMBER(weight_decay_schedule)),
      schedule("group_lasso", kNotNegative, CURB_MEMBER(group_lasso_schedule)),
      schedule("max_norm", kRadius, CURB_MEMBER(max_norm_schedule)),
  };
}

}  // namespace

const std::vector<Setting<UpdateSettings>>& update_settings() {
  static const std::vector<Setting<UpdateSettings>> kTable = make_update_settings();
  return kTable;
}

}  // namespace curb::train
