// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/capi/options.hpp"

namespace curb::capi {
namespace {

/// An enumerator of the C++ API from its number in the C API; the two count alike.
template <class Enum>
Enum enumerator(std::int32_t value, Enum last, const std::string& where) {
  const auto highest = static_cast<std::int32_t>(last);
  if (value < 0 || value > highest) {
    refuse(where, std::to_string(value) + " is not in 0 to " + std::to_string(highest));
  }
  return static_cast<Enum>(value);
}

DataType data_type(std::int32_t value, const std::string& where) {
  return enumerator(value, DataType::float16, where);
}

bool flag(std::int32_t value, const std::string& where) {
  if (value != 0 && value != 1) refuse(where, std::to_string(value) + " is neither 0 nor 1");
  return value == 1;
}

void require_zero(std::int32_t value, const std::string& where) {
  if (value != 0) refuse(where, std::to_string(value) + " where 0 is expected");
}

std::string text(const char* value, const std::string& where) {
  if (value == nullptr) refuse(where, "is null");
  return value;
}

std::string element(const char* array, std::size_t index) {
  return std::string("options.") + array + "[" + std::to_string(index) + "]";
}

Group group_of(const curb_group* value, const std::string& where) {
  Group group;
  group.modes = modes_of(value, where);
  group.name = text(value->name, where + ".name");
  group.hyperparameters = hyperparameters_of(value->hyperparameters, where + ".hyperparameters");
  group.group_lasso_over =
      enumerator(value->group_lasso_over, GroupLassoOver::outgoing, where + ".group_lasso_over");
  group.reserve_row_stages = flag(value->reserve_row_stages, where + ".reserve_row_stages");
  return group;
}

Tensor tensor_of(const curb_tensor* value, const std::string& where) {
  require_struct(value, where);
  Tensor tensor;
  tensor.name = text(value->name, where + ".name");
  tensor.group = value->group;
  tensor.rows = value->rows;
  tensor.columns = value->columns;
  tensor.leading_dimension = value->leading_dimension;
  tensor.incoming = enumerator(value->incoming, Incoming::column, where + ".incoming");
  tensor.regularised = flag(value->regularised, where + ".regularised");
  tensor.storage = enumerator(value->storage, Storage::bfloat16_stochastic, where + ".storage");
  tensor.gradient_type = data_type(value->gradient_type, where + ".gradient_type");
  tensor.parameter = value->parameter;
  tensor.bfloat16 = value->bfloat16;
  tensor.remainder = value->remainder;
  for (int s = 0; s < 2; ++s) {
    tensor.state[s] = value->state[s];
    tensor.state_type[s] =
        data_type(value->state_type[s], where + ".state_type[" + std::to_string(s) + "]");
  }
  tensor.ema = value->ema;
  tensor.mask = value->mask;
  return tensor;
}

/// Each struct of an array, converted.
template <class Result, class Struct>
std::vector<Result> all_of(const Struct* values, std::size_t count, const char* array,
                           Result convert(const Struct*, const std::string&)) {
  if (values == nullptr && count > 0) refuse(std::string("options.") + array, "is null");
  std::vector<Result> results;
  for (std::size_t i = 0; i < count; ++i) {
    results.push_back(convert(values + i, element(array, i)));
  }
  return results;
}

}  // namespace

Hyperparameters hyperparameters_of(const curb_hyperparameters* value, const std::string& where) {
  require_struct(value, where);
  Hyperparameters h;
  h.learning_rate = value->learning_rate;
  h.momentum = value->momentum;
  h.beta1 = value->beta1;
  h.beta2 = value->beta2;
  h.epsilon = value->epsilon;
  h.l1 = value->l1;
  h.l2 = value->l2;
  h.weight_decay = value->weight_decay;
  h.group_lasso = value->group_lasso;
  h.max_norm = value->max_norm;
  h.gradient_scale = value->gradient_scale;
  h.ema_decay = value->ema_decay;
  return h;
}

Modes modes_of(const curb_group* value, const std::string& where) {
  require_struct(value, where);
  require_zero(value->reserved, where + ".reserved");
  Modes modes;
  modes.optimizer = enumerator(value->optimizer, OptimizerKind::rmsprop, where + ".optimizer");
  modes.l1 = enumerator(value->l1_mode, L1Mode::cumulative, where + ".l1_mode");
  modes.l2 = enumerator(value->l2_mode, L2Mode::prox, where + ".l2_mode");
  modes.max_norm = enumerator(value->max_norm_mode, MaxNormMode::exact, where + ".max_norm_mode");
  modes.non_negative = flag(value->non_negative, where + ".non_negative");
  return modes;
}

Device device_of(const curb_plan_options& options) {
  require_zero(options.reserved, "options.reserved");
  if (options.threads < 0) {
    refuse("options.threads", std::to_string(options.threads) + " is negative");
  }
  Device device;
  device.kind = enumerator(options.device_kind, Device::Kind::cuda, "options.device_kind");
  device.index = options.device_index;
  device.threads = options.threads;
  return device;
}

PlanOptions plan_options_of(const curb_plan_options& options) {
  PlanOptions result;
  result.clip_norm = options.clip_norm;
  result.skip_non_finite = flag(options.skip_non_finite, "options.skip_non_finite");
  result.found_inf = options.found_inf;
  result.loss_scale = options.loss_scale;
  result.zero_gradients = flag(options.zero_gradients, "options.zero_gradients");
  result.statistics = flag(options.statistics, "options.statistics");
  result.seed = options.seed;
  return result;
}

std::vector<Group> groups_of(const curb_plan_options& options) {
  return all_of(options.groups, options.group_count, "groups", group_of);
}

std::vector<Tensor> tensors_of(const curb_plan_options& options) {
  return all_of(options.tensors, options.tensor_count, "tensors", tensor_of);
}

}  // namespace curb::capi
