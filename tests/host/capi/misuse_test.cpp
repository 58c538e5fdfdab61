// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Each misuse is a status and a sentence that names the argument, and changes nothing.
#include <cstring>
#include <functional>
#include <limits>

#include "tests/host/capi/layer.hpp"

namespace curb::testing {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// Expects that `status` is `expected` and that the sentence contains `named`.
void expect_refused(curb_status status, curb_status expected, const std::string& named) {
  EXPECT_EQ(status, expected) << curb_status_name(status) << " " << curb_error_detail();
  EXPECT_NE(std::string(curb_error_detail()).find(named), std::string::npos)
      << "the message '" << curb_error_detail() << "' does not name " << named;
}

struct Spoiled {
  const char* named;  ///< what the message must contain
  std::function<void(Layer&)> spoil;
};

TEST(CApiMisuse, CreateNamesWhatIsWrong) {
  const Spoiled cases[] = {
      {"options.groups: is null", [](Layer& l) { l.options.groups = nullptr; }},
      {"options.tensors: is null", [](Layer& l) { l.options.tensors = nullptr; }},
      {"at least one group", [](Layer& l) { l.options.group_count = 0; }},
      {"options.threads: -1", [](Layer& l) { l.options.threads = -1; }},
      {"options.device_kind: 2", [](Layer& l) { l.options.device_kind = 2; }},
      {"options.reserved: 1", [](Layer& l) { l.options.reserved = 1; }},
      {"options.struct_size: 8", [](Layer& l) { l.options.struct_size = 8; }},
      {"options.version: 2", [](Layer& l) { l.options.version = 2; }},
      {"options.groups[0].struct_size: 0", [](Layer& l) { l.group.struct_size = 0; }},
      {"options.groups[0].version: 7", [](Layer& l) { l.group.version = 7; }},
      {"options.groups[0].name: is null", [](Layer& l) { l.group.name = nullptr; }},
      {"options.groups[0].hyperparameters: is null",
       [](Layer& l) { l.group.hyperparameters = nullptr; }},
      {"options.groups[0].hyperparameters.struct_size: 1000",
       [](Layer& l) { l.hyperparameters.struct_size = 1000; }},
      {"options.groups[0].optimizer: -1", [](Layer& l) { l.group.optimizer = -1; }},
      {"options.groups[0].optimizer: 99", [](Layer& l) { l.group.optimizer = 99; }},
      {"options.groups[0].l1_mode: 3", [](Layer& l) { l.group.l1_mode = 3; }},
      {"options.groups[0].l2_mode: 2", [](Layer& l) { l.group.l2_mode = 2; }},
      {"options.groups[0].max_norm_mode: 2", [](Layer& l) { l.group.max_norm_mode = 2; }},
      {"options.groups[0].group_lasso_over: 2", [](Layer& l) { l.group.group_lasso_over = 2; }},
      {"options.groups[0].non_negative: 2", [](Layer& l) { l.group.non_negative = 2; }},
      {"options.groups[0].reserve_row_stages: -1",
       [](Layer& l) { l.group.reserve_row_stages = -1; }},
      {"options.groups[0].reserved: 5", [](Layer& l) { l.group.reserved = 5; }},
      {"options.tensors[0].struct_size: 3", [](Layer& l) { l.tensors[0].struct_size = 3; }},
      {"options.tensors[1].version: 0", [](Layer& l) { l.tensors[1].version = 0; }},
      {"options.tensors[1].name: is null", [](Layer& l) { l.tensors[1].name = nullptr; }},
      {"options.tensors[0].incoming: 2", [](Layer& l) { l.tensors[0].incoming = 2; }},
      {"options.tensors[0].regularised: 9", [](Layer& l) { l.tensors[0].regularised = 9; }},
      {"options.tensors[0].storage: 4", [](Layer& l) { l.tensors[0].storage = 4; }},
      {"options.tensors[0].gradient_type: 3", [](Layer& l) { l.tensors[0].gradient_type = 3; }},
      {"options.tensors[1].state_type[1]: -1", [](Layer& l) { l.tensors[1].state_type[1] = -1; }},
      {"overlaps found_inf", [](Layer& l) { l.options.found_inf = l.bias.data() + 4; }},
      {"found_inf is not aligned",
       [](Layer& l) {
         l.options.found_inf =
             reinterpret_cast<float*>(reinterpret_cast<char*>(l.bias_gradient.data()) + 1);
       }},
      {"options.skip_non_finite: 2", [](Layer& l) { l.options.skip_non_finite = 2; }},
      {"options.zero_gradients: -1", [](Layer& l) { l.options.zero_gradients = -1; }},
      {"clip_norm", [](Layer& l) { l.options.clip_norm = kNaN; }},
      {"'weight': bfloat16 is null",
       [](Layer& l) { l.tensors[0].storage = CURB_STORAGE_BFLOAT16_MASTER; }},
      {"'weight': state[1] of bfloat16", [](Layer& l) { l.tensors[0].state_type[1] = 1; }},
      {"options.statistics: 3", [](Layer& l) { l.options.statistics = 3; }},
      {"'weight': group index 4", [](Layer& l) { l.tensors[0].group = 4; }},
      {"'weight': a negative shape", [](Layer& l) { l.tensors[0].rows = -1; }},
      {"'weight': leading_dimension 3", [](Layer& l) { l.tensors[0].leading_dimension = 3; }},
      {"'weight': more elements",
       [](Layer& l) {
         l.tensors[0].rows = l.tensors[0].columns = std::numeric_limits<int64_t>::max();
       }},
      {"'weight': parameter is null", [](Layer& l) { l.tensors[0].parameter = nullptr; }},
      {"'bias': state[1] is null", [](Layer& l) { l.tensors[1].state[1] = nullptr; }},
      {"'bias': parameter is not aligned",
       [](Layer& l) {
         l.tensors[1].parameter =
             reinterpret_cast<float*>(reinterpret_cast<char*>(l.bias.data()) + 1);
         l.tensors[1].columns = 1;
       }},
      {"overlaps tensor 'bias'", [](Layer& l) { l.tensors[1].parameter = l.weight.data() + 3; }},
      {"overlaps", [](Layer& l) { l.tensors[0].state[1] = l.tensors[0].state[0]; }},
      {"'hidden': learning_rate", [](Layer& l) { l.hyperparameters.learning_rate = kNaN; }},
      {"'hidden': momentum", [](Layer& l) { l.hyperparameters.momentum = kNaN; }},
      {"'hidden': beta1", [](Layer& l) { l.hyperparameters.beta1 = kNaN; }},
      {"'hidden': beta2", [](Layer& l) { l.hyperparameters.beta2 = 1.0f; }},
      {"'hidden': epsilon", [](Layer& l) { l.hyperparameters.epsilon = 0.0f; }},
      {"'hidden': l1", [](Layer& l) { l.hyperparameters.l1 = -1.0f; }},
      {"'hidden': l2", [](Layer& l) { l.hyperparameters.l2 = kNaN; }},
      {"'hidden': weight_decay", [](Layer& l) { l.hyperparameters.weight_decay = kNaN; }},
      {"'hidden': group_lasso", [](Layer& l) { l.hyperparameters.group_lasso = kNaN; }},
      {"'hidden': max_norm", [](Layer& l) { l.hyperparameters.max_norm = 0.0f; }},
      {"'hidden': gradient_scale", [](Layer& l) { l.hyperparameters.gradient_scale = kNaN; }},
      {"'hidden': cumulative L1", [](Layer& l) { l.group.l1_mode = CURB_L1_CUMULATIVE; }},
  };
  for (const Spoiled& spoiled : cases) {
    SCOPED_TRACE(spoiled.named);
    Layer layer;
    spoiled.spoil(layer);
    PlanHandle plan;
    expect_refused(curb_plan_create(plan, &layer.options), CURB_INVALID_ARGUMENT, spoiled.named);
    EXPECT_EQ(plan.handle.internal[0], 0u) << "the handle is left empty";
    EXPECT_EQ(layer.weight, Layer().weight);
  }
}

TEST(CApiMisuse, NullOptionsAndHandles) {
  Layer layer;
  PlanHandle plan;
  expect_refused(curb_plan_create(plan, nullptr), CURB_INVALID_ARGUMENT, "options: is null");
  expect_refused(curb_plan_create(nullptr, &layer.options), CURB_INVALID_PLAN, "plan: is null");
  expect_refused(curb_plan_step(nullptr, nullptr), CURB_INVALID_PLAN, "plan: is null");
  expect_refused(curb_plan_destroy(nullptr), CURB_INVALID_PLAN, "plan: is null");
  std::vector<char> bytes(sizeof(curb_plan) + 8);
  const std::size_t odd = reinterpret_cast<std::uintptr_t>(bytes.data()) % 2 == 0 ? 1 : 0;
  expect_refused(curb_plan_step(reinterpret_cast<curb_plan*>(bytes.data() + odd), nullptr),
                 CURB_INVALID_PLAN, "not aligned");
}

/// What every function on a plan answers, for a handle that it must refuse.
void expect_all_refused(curb_plan* plan, const std::string& named) {
  const void* gradients[2] = {nullptr, nullptr};
  curb_hyperparameters hyperparameters;
  curb_hyperparameters_init(&hyperparameters, sizeof hyperparameters);
  curb_group_state state;
  curb_group_state_init(&state, sizeof state);
  curb_statistics statistics;
  curb_statistics_init(&statistics, sizeof statistics);
  const auto refused = [&](curb_status status) {
    expect_refused(status, CURB_INVALID_PLAN, named);
  };
  refused(curb_plan_bind_gradients(plan, gradients, 2, nullptr));
  refused(curb_plan_set_hyperparameters(plan, 0, &hyperparameters, nullptr));
  refused(curb_plan_step(plan, nullptr));
  refused(curb_plan_export_state(plan, &state, 1, nullptr));
  refused(curb_plan_import_state(plan, &state, 1, nullptr));
  refused(curb_plan_statistics(plan, &statistics, nullptr));
  refused(curb_plan_describe(plan, nullptr, 0, nullptr));
  refused(curb_plan_destroy(plan));
}

TEST(CApiMisuse, HandlesThatHoldNoPlan) {
  Layer layer;
  curb_plan never = CURB_PLAN_INIT;
  expect_all_refused(&never, "never created");

  curb_plan destroyed = CURB_PLAN_INIT;
  ASSERT_CURB_OK(curb_plan_create(&destroyed, &layer.options));
  ASSERT_CURB_OK(curb_plan_destroy(&destroyed));
  expect_all_refused(&destroyed, "destroyed already");

  curb_plan garbage;
  std::memset(&garbage, 0x5a, sizeof garbage);
  expect_all_refused(&garbage, "did not begin as CURB_PLAN_INIT");
  expect_refused(curb_plan_create(&garbage, &layer.options), CURB_INVALID_PLAN,
                 "did not begin as CURB_PLAN_INIT");
}

TEST(CApiMisuse, ACopiedHandleIsRefusedAndTheFirstGoesOn) {
  Layer layer;
  PlanHandle plan;
  ASSERT_CURB_OK(curb_plan_create(plan, &layer.options));
  curb_plan copy = plan.handle;
  expect_all_refused(&copy, "is a copy");
  layer.take_steps(plan, 1);
}

TEST(CApiMisuse, AHandleThatHoldsAPlanIsNotFilledAgain) {
  Layer layer;
  PlanHandle plan;
  ASSERT_CURB_OK(curb_plan_create(plan, &layer.options));
  expect_refused(curb_plan_create(plan, &layer.options), CURB_INVALID_PLAN, "holds a plan already");
  layer.take_steps(plan, 1);
}

TEST(CApiMisuse, CallsOnAPlanNameTheirArgument) {
  Layer layer;
  PlanHandle plan;
  ASSERT_CURB_OK(curb_plan_create(plan, &layer.options));
  const auto refused = [](curb_status status, const std::string& named) {
    expect_refused(status, CURB_INVALID_ARGUMENT, named);
  };
  refused(curb_plan_step(plan, nullptr), "no gradients have been bound");

  const void* gradients[2] = {layer.weight_gradient.data(), nullptr};
  refused(curb_plan_bind_gradients(plan, nullptr, 2, nullptr), "gradients: is null");
  refused(curb_plan_bind_gradients(plan, gradients, 2, nullptr), "tensor 'bias' is null");
  refused(curb_plan_bind_gradients(plan, gradients, 1, nullptr), "count: 1 gradients for a plan");
  refused(curb_plan_bind_gradients(plan, gradients, SIZE_MAX, nullptr), "count: ");

  gradients[1] = layer.weight.data() + 30;
  refused(curb_plan_bind_gradients(plan, gradients, 2, nullptr),
          "the gradient of tensor 'bias' overlaps tensor 'weight' (parameter)");
  gradients[1] = layer.weight_state[1].data() - 4;
  refused(curb_plan_bind_gradients(plan, gradients, 2, nullptr),
          "the gradient of tensor 'bias' overlaps tensor 'weight' (state[1])");
  gradients[1] = reinterpret_cast<const char*>(layer.bias_gradient.data()) + 1;
  refused(curb_plan_bind_gradients(plan, gradients, 2, nullptr), "tensor 'bias' is not aligned");
  void* written[2] = {layer.weight_gradient.data(), layer.bias_gradient.data()};
  refused(curb_plan_bind_writable_gradients(plan, written, 2, nullptr), "does not zero");
  const float* found_inf = nullptr;
  refused(curb_plan_found_inf(plan, nullptr), "value: is null");
  EXPECT_CURB_OK(curb_plan_found_inf(plan, &found_inf));
  EXPECT_EQ(found_inf, nullptr) << "the plan skips no step";
  refused(curb_plan_collect_statistics(plan, nullptr), "without PlanOptions::statistics");

  curb_hyperparameters h = layer.hyperparameters;
  refused(curb_plan_set_hyperparameters(plan, 0, nullptr, nullptr), "value: is null");
  refused(curb_plan_set_hyperparameters(plan, 1, &h, nullptr), "group index 1");
  h.learning_rate = kNaN;
  refused(curb_plan_set_hyperparameters(plan, 0, &h, nullptr), "learning_rate");
  h.struct_size = 0;
  refused(curb_plan_set_hyperparameters(plan, 0, &h, nullptr), "value.struct_size: 0");

  curb_group_state states[2];
  for (curb_group_state& state : states) curb_group_state_init(&state, sizeof state);
  refused(curb_plan_export_state(plan, states, 2, nullptr), "count: 2 states");
  refused(curb_plan_export_state(plan, nullptr, 1, nullptr), "states: is null");
  refused(curb_plan_import_state(plan, states, 0, nullptr), "count: 0 states");
  states[0].version = 0;
  refused(curb_plan_import_state(plan, states, 1, nullptr), "states[0].version: 0");

  states[0].version = CURB_STRUCT_VERSION;
  states[0].beta2_power = kNaN;
  refused(curb_plan_import_state(plan, states, 1, nullptr), "'hidden': beta2_power");

  curb_statistics statistics{};
  refused(curb_plan_statistics(plan, nullptr, nullptr), "value: is null");
  refused(curb_plan_statistics(plan, &statistics, nullptr), "value.struct_size: 0");
  refused(curb_plan_describe(plan, nullptr, 10, nullptr), "text: is null");

  EXPECT_EQ(layer.weight, Layer().weight);
  layer.take_steps(plan, 1);
}

TEST(CApiMisuse, GradientsThatAreZeroedMustBeApart) {
  Layer layer;
  layer.options.zero_gradients = 1;
  PlanHandle plan;
  ASSERT_CURB_OK(curb_plan_create(plan, &layer.options));
  void* gradients[2] = {layer.weight_gradient.data(), layer.weight_gradient.data() + 34};
  expect_refused(curb_plan_bind_writable_gradients(plan, gradients, 2, nullptr),
                 CURB_INVALID_ARGUMENT,
                 "the gradient of tensor 'weight' overlaps the gradient of tensor 'bias'");
  EXPECT_EQ(curb_plan_step(plan, nullptr), CURB_INVALID_ARGUMENT) << "nothing is bound";
  gradients[1] = layer.bias_gradient.data();
  ASSERT_CURB_OK(curb_plan_bind_writable_gradients(plan, gradients, 2, nullptr));
  ASSERT_CURB_OK(curb_plan_step(plan, nullptr));
  EXPECT_EQ(layer.bias_gradient, std::vector<float>(layer.rows));
}

TEST(CApiMisuse, InitialisingWithAnotherSize) {
  curb_group group;
  curb_tensor tensor;
  expect_refused(curb_group_init(&group, 8), CURB_INVALID_ARGUMENT, "curb_group");
  expect_refused(curb_group_init(nullptr, sizeof group), CURB_INVALID_ARGUMENT,
                 "curb_group: is null");
  expect_refused(curb_tensor_init(&tensor, sizeof tensor + 8), CURB_INVALID_ARGUMENT,
                 "struct_size");
}

TEST(CApiMisuse, CountingStates) {
  Layer layer;
  int32_t count = 0;
  expect_refused(curb_state_count(nullptr, &count), CURB_INVALID_ARGUMENT, "group: is null");
  expect_refused(curb_state_count(&layer.group, nullptr), CURB_INVALID_ARGUMENT, "count: is null");
}

TEST(CApiMisuse, AMissingDeviceIsAStatusOfItsOwn) {
  Layer layer;
  layer.options.device_kind = CURB_CUDA;
  layer.options.device_index = 9999;
  PlanHandle plan;
  expect_refused(curb_plan_create(plan, &layer.options), CURB_NO_DEVICE, "CUDA");
}

TEST(CApiMisuse, StatusesHaveNames) {
  EXPECT_STREQ(curb_status_name(CURB_OK), "CURB_OK");
  EXPECT_STREQ(curb_status_name(CURB_INTERNAL_ERROR), "CURB_INTERNAL_ERROR");
  EXPECT_STREQ(curb_status_name(99), "unknown curb_status");
}

TEST(CApiMisuse, ALongMessageIsCut) {
  Layer layer;
  const std::string name(5000, 'x');
  layer.tensors[0].name = name.c_str();
  layer.tensors[0].rows = -1;
  PlanHandle plan;
  expect_refused(curb_plan_create(plan, &layer.options), CURB_INVALID_ARGUMENT, "tensor 'xxx");
  EXPECT_LT(std::strlen(curb_error_detail()), 2000u);
}

}  // namespace
}  // namespace curb::testing
