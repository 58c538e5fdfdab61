// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The C API's functions on plans: each checks its arguments, claims the handle, and calls the Plan.
#include <algorithm>
#include <cstring>
#include <memory>

#include "host/capi/handle.hpp"
#include "host/capi/options.hpp"

namespace curb::capi {
namespace {

Stream stream_of(void* stream) { return static_cast<Stream>(stream); }

/// Throws unless the array is there and has as many elements as the plan wants.
void require_array(const void* array, std::size_t count, const char* name, std::size_t wanted,
                   const char* of_what) {
  if (count != wanted) {
    refuse("count", std::to_string(count) + " " + name + " for a plan of " +
                        std::to_string(wanted) + " " + of_what);
  }
  if (array == nullptr && count > 0) refuse(name, "is null");
}

/// The same, of structs that begin as their ..._init function made them.
template <class Struct>
void require_structs(const Struct* array, std::size_t count, const char* name, std::size_t wanted,
                     const char* of_what) {
  require_array(array, count, name, wanted, of_what);
  for (std::size_t i = 0; i < count; ++i) {
    require_struct(array + i, std::string(name) + "[" + std::to_string(i) + "]");
  }
}

curb_tensor_statistics from_statistics(const TensorStatistics& statistics) {
  curb_tensor_statistics value{};
  value.struct_size = sizeof value;
  value.version = CURB_STRUCT_VERSION;
  value.zeros = statistics.zeros;
  value.penalty = statistics.penalty;
  value.clamped_rows = statistics.clamped_rows;
  value.non_finite_rows = statistics.non_finite_rows;
  return value;
}

}  // namespace
}  // namespace curb::capi

using namespace curb::capi;

extern "C" {

curb_status curb_state_count(const curb_group* group, int32_t* count) {
  return guarded([&] {
    if (count == nullptr) refuse("count", "is null");
    *count = curb::state_count(modes_of(group, "group"));
  });
}

curb_status curb_plan_create(curb_plan* plan, const curb_plan_options* options) {
  return guarded([&] {
    Claim claim(plan, HandleState::empty);
    require_struct(options, "options");
    claim.fill(std::unique_ptr<HeldPlan>(
        new HeldPlan{curb::Plan(device_of(*options), groups_of(*options), tensors_of(*options),
                                plan_options_of(*options)),
                     options->group_count, std::vector<const void*>(options->tensor_count),
                     std::vector<void*>(options->tensor_count)}));
  });
}

curb_status curb_plan_destroy(curb_plan* plan) {
  return guarded([&] { Claim(plan, HandleState::idle).clear(); });
}

curb_status curb_plan_bind_gradients(curb_plan* plan, const void* const* gradients, size_t count,
                                     void* stream) {
  return guarded([&] {
    const Claim claim(plan, HandleState::idle);
    std::vector<const void*>& held = claim.held().gradients;
    require_array(gradients, count, "gradients", held.size(), "tensors");
    std::copy_n(gradients, count, held.begin());
    claim.plan().bind_gradients(held, stream_of(stream));
  });
}

curb_status curb_plan_bind_writable_gradients(curb_plan* plan, void* const* gradients, size_t count,
                                              void* stream) {
  return guarded([&] {
    const Claim claim(plan, HandleState::idle);
    std::vector<void*>& held = claim.held().writable_gradients;
    require_array(gradients, count, "gradients", held.size(), "tensors");
    std::copy_n(gradients, count, held.begin());
    claim.plan().bind_writable_gradients(held, stream_of(stream));
  });
}

curb_status curb_plan_set_hyperparameters(curb_plan* plan, size_t group,
                                          const curb_hyperparameters* value, void* stream) {
  return guarded([&] {
    const Claim claim(plan, HandleState::idle);
    claim.plan().set_hyperparameters(group, hyperparameters_of(value, "value"), stream_of(stream));
  });
}

curb_status curb_plan_step(curb_plan* plan, void* stream) {
  return guarded([&] { Claim(plan, HandleState::idle).plan().step(stream_of(stream)); });
}

curb_status curb_plan_found_inf(curb_plan* plan, const float** value) {
  return guarded([&] {
    const Claim claim(plan, HandleState::idle);
    if (value == nullptr) refuse("value", "is null");
    *value = claim.plan().found_inf();
  });
}

curb_status curb_plan_export_state(curb_plan* plan, curb_group_state* states, size_t count,
                                   void* stream) {
  return guarded([&] {
    const Claim claim(plan, HandleState::idle);
    require_structs(states, count, "states", claim.held().group_count, "groups");
    const std::vector<curb::GroupState> exported = claim.plan().export_state(stream_of(stream));
    for (std::size_t i = 0; i < count; ++i) copy_state(exported[i], states[i]);
  });
}

curb_status curb_plan_import_state(curb_plan* plan, const curb_group_state* states, size_t count,
                                   void* stream) {
  return guarded([&] {
    const Claim claim(plan, HandleState::idle);
    require_structs(states, count, "states", claim.held().group_count, "groups");
    std::vector<curb::GroupState> imported(count);
    for (std::size_t i = 0; i < count; ++i) copy_state(states[i], imported[i]);
    claim.plan().import_state(imported, stream_of(stream));
  });
}

curb_status curb_plan_statistics(curb_plan* plan, curb_statistics* value, void* stream) {
  return guarded([&] {
    const Claim claim(plan, HandleState::idle);
    require_struct(value, "value");
    const curb::StepStatistics counted = claim.plan().statistics(stream_of(stream));
    value->clamped_rows = counted.clamped_rows;
    value->non_finite_rows = counted.non_finite_rows;
    value->skipped_steps = counted.skipped_steps;
    value->gradient_norm = counted.gradient_norm;
  });
}

curb_status curb_plan_collect_statistics(curb_plan* plan, void* stream) {
  return guarded(
      [&] { Claim(plan, HandleState::idle).plan().collect_statistics(stream_of(stream)); });
}

curb_status curb_plan_tensor_statistics(curb_plan* plan, curb_tensor_statistics* values,
                                        size_t count, void* stream) {
  return guarded([&] {
    const Claim claim(plan, HandleState::idle);
    require_structs(values, count, "values", claim.held().gradients.size(), "tensors");
    const std::vector<curb::TensorStatistics> collected =
        claim.plan().tensor_statistics(stream_of(stream));
    std::transform(collected.begin(), collected.end(), values, from_statistics);
  });
}

curb_status curb_plan_describe(curb_plan* plan, char* text, size_t capacity, size_t* length) {
  return guarded([&] {
    const Claim claim(plan, HandleState::idle);
    if (text == nullptr && capacity > 0) refuse("text", "is null");
    const std::string description = to_string(claim.plan().describe());
    if (length != nullptr) *length = description.size();
    if (capacity == 0) return;
    const std::size_t copied = std::min(capacity - 1, description.size());
    std::memcpy(text, description.data(), copied);
    text[copied] = '\0';
  });
}

}  // extern "C"
