// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The optimisers' usual values: those of their papers where these name any, else PyTorch's.
#include "host/train/update_defaults.hpp"

#include <string>

#include "host/train/names.hpp"

namespace curb::train {
namespace {

/// Absent: the optimiser has no such thing.
struct UsualValues {
  std::optional<float> learning_rate{};
  std::optional<float> momentum{};
  std::optional<float> beta1{};
  std::optional<float> beta2{};
  std::optional<float> epsilon{};
};

UsualValues usual_values(Optimizer optimizer) {
  switch (optimizer) {
    case Optimizer::sgd:
      return {.learning_rate = 0.1f};
    case Optimizer::momentum:
    case Optimizer::nesterov:
      return {.learning_rate = 0.05f, .momentum = 0.9f};
    case Optimizer::adagrad:
      return {.learning_rate = 0.01f, .epsilon = 1e-10f};
    case Optimizer::rmsprop:
      return {.learning_rate = 0.001f, .beta2 = 0.99f, .epsilon = 1e-8f};
    case Optimizer::adam:
    case Optimizer::adamw:
      break;
  }
  return {.learning_rate = 0.001f, .beta1 = 0.9f, .beta2 = 0.999f, .epsilon = 1e-8f};
}

/// "NAME and NAME": the optimisers that have a value.
std::string owners(std::optional<float> UsualValues::*value) {
  std::string list;
  for (const Named<Optimizer>& optimizer : kOptimizers) {
    if (!(usual_values(optimizer.value).*value)) continue;
    list.append(list.empty() ? "" : ", ").append(optimizer.name);
  }
  return list;
}

void resolve(std::optional<float>& setting, const char* name,
             std::optional<float> UsualValues::*value, Optimizer optimizer) {
  const std::optional<float> usual = usual_values(optimizer).*value;
  if (setting && !usual) {
    throw SettingError(name, std::string(name_of(kOptimizers, optimizer)) +
                                 " has none; the optimizers that have it are " + owners(value));
  }
  if (!setting) setting = usual;
}

}  // namespace

void resolve(UpdateSettings& update, Optimizer optimizer) {
  resolve(update.learning_rate, "learning_rate", &UsualValues::learning_rate, optimizer);
  resolve(update.momentum, "momentum", &UsualValues::momentum, optimizer);
  resolve(update.beta1, "beta1", &UsualValues::beta1, optimizer);
  resolve(update.beta2, "beta2", &UsualValues::beta2, optimizer);
  resolve(update.epsilon, "epsilon", &UsualValues::epsilon, optimizer);
  if (!update.momentum && !update.momentum_schedule.is_constant()) {
    throw SettingError("momentum_schedule",
                       std::string(name_of(kOptimizers, optimizer)) + " has no momentum");
  }
  if (!update.weight_decay) update.weight_decay = optimizer == Optimizer::adamw ? 0.01f : 0.0f;
  if (largest(update.weight_decay_schedule, *update.weight_decay) *
          largest(update.learning_rate_schedule, *update.learning_rate) >
      1.0) {
    throw SettingError("weight_decay", "times the learning rate must not exceed 1");
  }
  if (update.l1_mode == L1Mode::cumulative && optimizer != Optimizer::sgd) {
    throw SettingError("l1_mode",
                       "cumulative is defined for plain SGD only; choose the optimizer sgd");
  }
  if (update.group_lasso > 0.0f && update.group_lasso_over == GroupLassoOver::outgoing &&
      update.max_norm < rules::kInfinity) {
    throw SettingError("group_lasso_over",
                       "outgoing excludes max_norm: they act on vectors that cross, for which no "
                       "exact sequence of the two exists");
  }
}

}  // namespace curb::train
