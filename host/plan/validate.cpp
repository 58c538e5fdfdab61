// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/plan/validate.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

#include "host/plan/layout.hpp"
#include "host/plan/memory_map.hpp"

namespace curb::plan {
namespace {

using rules::has_metric;

[[noreturn]] void refuse(const std::string& where, const std::string& why) {
  throw Error(where + ": " + why);
}

std::string named(const Group& group) { return "group '" + group.name + "'"; }
std::string named(const Tensor& tensor) { return "tensor '" + tensor.name + "'"; }

std::string text(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%g", value);
  return buffer;
}

/// Coefficients beyond this would overflow fp32 once the optimiser's gain multiplies them.
constexpr float kLargestCoefficient = 1e18f;
/// Below this radius the products of a clamp leave the normal range, where rounding is not
/// relative.
constexpr float kSmallestRadius = 1e-30f;

void check_penalty(const Group& group, const char* field, float value) {
  if (!(value >= 0.0f && value <= kLargestCoefficient)) {
    refuse(named(group), std::string(field) + " must be in [0, 1e18], not " + text(value));
  }
}

void check_gain(const Group& group, const char* field, float value) {
  if (!(value >= 0.0f && value < 1.0f)) {
    refuse(named(group), std::string(field) + " must be in [0, 1), not " + text(value));
  }
}

void check_modes(const Group& group) {
  const Modes& modes = group.modes;
  if (modes.l1 == L1Mode::cumulative && modes.optimizer != OptimizerKind::sgd) {
    refuse(named(group),
           "cumulative L1 is defined for plain SGD only: it keeps count of the steps eta l1, which "
           "momentum and Adam do not take");
  }
}

void check_storage(const Group& group, const Tensor& tensor) {
  if (tensor.storage != Storage::bfloat16_stochastic) return;
  const kernels::Tier tier = tier_of(group, tensor);
  if (tier == kernels::Tier::long_rows || tier == kernels::Tier::long_columns) {
    refuse(named(tensor),
           "bfloat16_stochastic with group_lasso or max_norm over vectors of more than " +
               std::string(tier == kernels::Tier::long_rows ? "8192" : "512") +
               " elements: between its passes such a vector waits in memory, and bfloat16 alone "
               "does not hold it; bfloat16_remainder does");
  }
}

void check_state_type(const Group& group, const Tensor& tensor, int s) {
  const DataType type = tensor.state_type[s];
  if (type == DataType::float32) return;
  const std::string what = std::string(kStateNames[s]) + " ";
  if (type == DataType::float16) {
    refuse(named(tensor), what + "of float16 is not offered: its range ends at 65504");
  }
  const OptimizerKind optimizer = group.modes.optimizer;
  if (optimizer == OptimizerKind::momentum || optimizer == OptimizerKind::nesterov) return;
  if (has_metric(optimizer) && s == state_count(group.modes) - 1) {
    refuse(named(tensor),
           what +
               "of bfloat16 holds squared gradients: a step changes them by less than half of "
               "their last place, so that, rounded to nearest, they would never decay");
  }
  refuse(named(tensor), what + "of bfloat16 is offered for the velocity of momentum and nesterov");
}

void check_shape(const Tensor& tensor, std::size_t group_count) {
  if (tensor.group >= group_count) {
    refuse(named(tensor), "group index " + std::to_string(tensor.group) + " of a plan with " +
                              std::to_string(group_count) + " groups");
  }
  if (tensor.rows < 0 || tensor.columns < 0) {
    refuse(named(tensor), "a negative shape: " + std::to_string(tensor.rows) + " x " +
                              std::to_string(tensor.columns));
  }
  if (tensor.leading_dimension != 0 && tensor.leading_dimension < tensor.columns) {
    refuse(named(tensor), "leading_dimension " + std::to_string(tensor.leading_dimension) +
                              " is less than its " + std::to_string(tensor.columns) + " columns");
  }
  const std::int64_t stride = std::max(tensor.leading_dimension, tensor.columns);
  constexpr std::int64_t kMostElements = std::numeric_limits<std::int64_t>::max() / 16;
  if (stride > 0 && tensor.rows > kMostElements / stride) {
    refuse(named(tensor), "more elements than an address can hold");
  }
}

}  // namespace

void validate(const Group& group, const Hyperparameters& h) {
  if (!(h.learning_rate >= 0.0f && h.learning_rate <= kLargestCoefficient)) {
    refuse(named(group), "learning_rate must be in [0, 1e18], not " + text(h.learning_rate));
  }
  check_gain(group, "momentum", h.momentum);
  check_gain(group, "beta1", h.beta1);
  check_gain(group, "beta2", h.beta2);
  if (!(h.epsilon > 0.0f && std::isfinite(h.epsilon))) {
    refuse(named(group), "epsilon must be positive and finite, not " + text(h.epsilon) +
                             ": without it the metric of an unused weight is singular");
  }
  check_penalty(group, "l1", h.l1);
  check_penalty(group, "l2", h.l2);
  check_penalty(group, "group_lasso", h.group_lasso);
  if (!(h.weight_decay >= 0.0f && h.learning_rate * h.weight_decay <= 1.0f)) {
    refuse(named(group),
           "weight_decay must be in [0, 1 / learning_rate], not " + text(h.weight_decay));
  }
  if (!(h.max_norm >= kSmallestRadius)) {
    refuse(named(group),
           "max_norm must be at least 1e-30 (infinity: none), not " + text(h.max_norm));
  }
  if (!(h.ema_decay >= 0.0f && h.ema_decay <= 1.0f)) {
    refuse(named(group), "ema_decay must be in [0, 1], not " + text(h.ema_decay));
  }
  if (!std::isfinite(h.gradient_scale)) {
    refuse(named(group), "gradient_scale must be finite, not " + text(h.gradient_scale));
  }
  const bool row_stage = h.group_lasso > 0.0f || std::isfinite(h.max_norm);
  if (row_stage && !has_row_stages(group)) {
    refuse(named(group),
           "group_lasso or max_norm cannot be switched on in a plan built without them: set "
           "reserve_row_stages in the group");
  }
  if (group.group_lasso_over == GroupLassoOver::outgoing && std::isfinite(h.max_norm)) {
    refuse(named(group),
           "group_lasso over outgoing weights together with max_norm over incoming weights has no "
           "exact sequential form: the two act on crossing vectors");
  }
}

void validate(const Group& group, const GroupState& state) {
  for (const auto& [field, power] :
       {std::pair{"beta1_power", state.beta1_power}, {"beta2_power", state.beta2_power}}) {
    if (!(power >= 0.0 && power <= 1.0)) {
      refuse(named(group), std::string(field) + " must be in [0, 1], not " + text(power));
    }
  }
  for (const auto& [field, filtered] : {std::pair{"l1", state.l1},
                                        {"l2", state.l2},
                                        {"group_lasso", state.group_lasso},
                                        {"l1_cumulative", state.l1_cumulative}}) {
    if (!(filtered >= 0.0 && std::isfinite(filtered))) {
      refuse(named(group), std::string("a filtered ") + field +
                               " must be finite and not negative, not " + text(filtered));
    }
  }
}

void validate(const std::vector<Group>& groups, const std::vector<Tensor>& tensors,
              const PlanOptions& options) {
  if (!(options.clip_norm > 0.0f)) {
    throw Error("clip_norm must be positive (infinity: none), not " + text(options.clip_norm));
  }
  if (groups.empty()) throw Error("a plan needs at least one group");
  for (const Group& group : groups) {
    check_modes(group);
    validate(group, group.hyperparameters);
  }
  if (tensors.size() > std::numeric_limits<std::uint32_t>::max() / 4) {
    throw Error("a plan of more than 2^30 tensors");
  }
  for (const Tensor& tensor : tensors) {
    check_shape(tensor, groups.size());
    const Group& group = groups[tensor.group];
    check_storage(group, tensor);
    for (int s = 0; s < state_count(group.modes); ++s) check_state_type(group, tensor, s);
  }
}

}  // namespace curb::plan
