// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The ..._init functions: the defaults of the C API are those of the C++ API.
#include "host/capi/options.hpp"

namespace curb::capi {
namespace {

template <class Struct>
curb_status initialise(Struct* value, std::size_t struct_size, const char* name,
                       const Struct& defaults) {
  return guarded([&] {
    if (value == nullptr) refuse(name, "is null");
    if (struct_size != sizeof(Struct)) {
      refuse("struct_size", std::to_string(struct_size) + " is not the " +
                                std::to_string(sizeof(Struct)) + " of a " + name +
                                " in this version of curb");
    }
    *value = defaults;
    value->struct_size = sizeof(Struct);
    value->version = CURB_STRUCT_VERSION;
  });
}

}  // namespace
}  // namespace curb::capi

using curb::capi::initialise;

extern "C" {

curb_status curb_hyperparameters_init(curb_hyperparameters* value, size_t struct_size) {
  const curb::Hyperparameters h;
  curb_hyperparameters defaults{};
  defaults.learning_rate = h.learning_rate;
  defaults.momentum = h.momentum;
  defaults.beta1 = h.beta1;
  defaults.beta2 = h.beta2;
  defaults.epsilon = h.epsilon;
  defaults.l1 = h.l1;
  defaults.l2 = h.l2;
  defaults.weight_decay = h.weight_decay;
  defaults.group_lasso = h.group_lasso;
  defaults.max_norm = h.max_norm;
  defaults.gradient_scale = h.gradient_scale;
  defaults.ema_decay = h.ema_decay;
  return initialise(value, struct_size, "curb_hyperparameters", defaults);
}

curb_status curb_group_init(curb_group* value, size_t struct_size) {
  const curb::Group group;
  curb_group defaults{};
  defaults.optimizer = static_cast<int32_t>(group.modes.optimizer);
  defaults.l1_mode = static_cast<int32_t>(group.modes.l1);
  defaults.l2_mode = static_cast<int32_t>(group.modes.l2);
  defaults.max_norm_mode = static_cast<int32_t>(group.modes.max_norm);
  defaults.non_negative = group.modes.non_negative;
  defaults.group_lasso_over = static_cast<int32_t>(group.group_lasso_over);
  defaults.reserve_row_stages = group.reserve_row_stages;
  return initialise(value, struct_size, "curb_group", defaults);
}

curb_status curb_tensor_init(curb_tensor* value, size_t struct_size) {
  const curb::Tensor tensor;
  curb_tensor defaults{};
  defaults.incoming = static_cast<int32_t>(tensor.incoming);
  defaults.regularised = tensor.regularised;
  return initialise(value, struct_size, "curb_tensor", defaults);
}

curb_status curb_plan_options_init(curb_plan_options* value, size_t struct_size) {
  curb_plan_options defaults{};
  defaults.clip_norm = curb::PlanOptions{}.clip_norm;
  return initialise(value, struct_size, "curb_plan_options", defaults);
}

curb_status curb_group_state_init(curb_group_state* value, size_t struct_size) {
  curb_group_state defaults{};
  curb::capi::copy_state(curb::GroupState{}, defaults);
  return initialise(value, struct_size, "curb_group_state", defaults);
}

curb_status curb_statistics_init(curb_statistics* value, size_t struct_size) {
  return initialise(value, struct_size, "curb_statistics", {});
}

curb_status curb_tensor_statistics_init(curb_tensor_statistics* value, size_t struct_size) {
  return initialise(value, struct_size, "curb_tensor_statistics", {});
}

}  // extern "C"
