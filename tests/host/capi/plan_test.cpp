// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The C API does what the C++ API does, bit for bit.
#include <cstring>
#include <curb/curb.hpp>

#include "tests/host/capi/layer.hpp"

namespace curb::testing {
namespace {

/// The same layer through the C++ API.
Plan cpp_plan(Layer& layer, OptimizerKind optimizer) {
  Group group;
  group.name = "hidden";
  group.modes.optimizer = optimizer;
  group.modes.l2 = L2Mode::prox;
  group.hyperparameters.l1 = 0.1f;
  group.hyperparameters.l2 = 0.2f;
  group.hyperparameters.max_norm = 0.9f;
  Tensor weight =
      Tensor::matrix("weight", layer.weight.data(), static_cast<std::int64_t>(layer.rows),
                     static_cast<std::int64_t>(layer.columns));
  Tensor bias = Tensor::vector("bias", layer.bias.data(), static_cast<std::int64_t>(layer.rows));
  for (int s = 0; s < 2; ++s) {
    weight.state[s] = layer.weight_state[s].data();
    bias.state[s] = layer.bias_state[s].data();
  }
  return Plan(Device::cpu(1), {group}, {weight, bias});
}

TEST(CApiPlan, StepsAsTheCppApiBitForBit) {
  for (const auto optimizer :
       {CURB_SGD, CURB_MOMENTUM, CURB_NESTEROV, CURB_ADAM, CURB_ADAGRAD, CURB_RMSPROP}) {
    Layer c;
    c.group.optimizer = optimizer;
    PlanHandle plan;
    ASSERT_CURB_OK(curb_plan_create(plan, &c.options));
    c.take_steps(plan, 10);

    Layer cpp;
    Plan expected = cpp_plan(cpp, static_cast<OptimizerKind>(optimizer));
    expected.bind_gradients({cpp.weight_gradient.data(), cpp.bias_gradient.data()});
    for (int i = 0; i < 10; ++i) expected.step();
    EXPECT_EQ(c.weight, cpp.weight) << "optimizer " << optimizer;
    EXPECT_EQ(c.bias, cpp.bias) << "optimizer " << optimizer;
    EXPECT_NE(c.weight, Layer().weight);
    EXPECT_EQ(std::count(c.weight.begin(), c.weight.end(), 0.0f),
              std::count(cpp.weight.begin(), cpp.weight.end(), 0.0f));
  }
}

TEST(CApiPlan, DefaultsAreThoseOfTheCppApi) {
  curb_hyperparameters h;
  ASSERT_CURB_OK(curb_hyperparameters_init(&h, sizeof h));
  const Hyperparameters expected;
  EXPECT_EQ(h.learning_rate, expected.learning_rate);
  EXPECT_EQ(h.momentum, expected.momentum);
  EXPECT_EQ(h.beta1, expected.beta1);
  EXPECT_EQ(h.beta2, expected.beta2);
  EXPECT_EQ(h.epsilon, expected.epsilon);
  EXPECT_EQ(h.l1, 0.0f);
  EXPECT_EQ(h.l2, 0.0f);
  EXPECT_EQ(h.weight_decay, 0.0f);
  EXPECT_EQ(h.group_lasso, 0.0f);
  EXPECT_EQ(h.max_norm, expected.max_norm);
  EXPECT_EQ(h.gradient_scale, 1.0f);
  EXPECT_EQ(h.ema_decay, expected.ema_decay);

  curb_group group;
  ASSERT_CURB_OK(curb_group_init(&group, sizeof group));
  EXPECT_EQ(group.optimizer, CURB_SGD);
  EXPECT_EQ(group.l1_mode, CURB_L1_PROX);
  EXPECT_EQ(group.l2_mode, CURB_L2_COUPLED);
  EXPECT_EQ(group.name, nullptr);
  curb_tensor tensor;
  ASSERT_CURB_OK(curb_tensor_init(&tensor, sizeof tensor));
  EXPECT_EQ(tensor.regularised, 1);
  EXPECT_EQ(tensor.incoming, CURB_INCOMING_ROW);
}

TEST(CApiPlan, NewHyperparametersHoldForLaterSteps) {
  Layer layer;
  PlanHandle plan;
  ASSERT_CURB_OK(curb_plan_create(plan, &layer.options));
  curb_hyperparameters frozen = layer.hyperparameters;
  frozen.learning_rate = 0.0f;
  frozen.max_norm = 100.0f;
  ASSERT_CURB_OK(curb_plan_set_hyperparameters(plan, 0, &frozen, nullptr));
  const std::vector<float> before = layer.bias;
  layer.take_steps(plan, 1);
  EXPECT_EQ(layer.bias, before);
  ASSERT_CURB_OK(curb_plan_set_hyperparameters(plan, 0, &layer.hyperparameters, nullptr));
  layer.take_steps(plan, 1);
  EXPECT_NE(layer.bias, before);
}

TEST(CApiPlan, ExportedStateContinuesTheRunBitForBit) {
  Layer whole;
  PlanHandle plan;
  ASSERT_CURB_OK(curb_plan_create(plan, &whole.options));
  whole.take_steps(plan, 10);

  Layer halves;
  curb_group_state state;
  ASSERT_CURB_OK(curb_group_state_init(&state, sizeof state));
  {
    PlanHandle first;
    ASSERT_CURB_OK(curb_plan_create(first, &halves.options));
    halves.take_steps(first, 4);
    ASSERT_CURB_OK(curb_plan_export_state(first, &state, 1, nullptr));
  }
  EXPECT_EQ(state.step, 4u);
  PlanHandle second;
  ASSERT_CURB_OK(curb_plan_create(second, &halves.options));
  ASSERT_CURB_OK(curb_plan_import_state(second, &state, 1, nullptr));
  halves.take_steps(second, 6);
  EXPECT_EQ(whole.weight, halves.weight);
  EXPECT_EQ(whole.bias, halves.bias);
}

TEST(CApiPlan, CountsClampedAndNonFiniteRows) {
  Layer layer;
  layer.hyperparameters.max_norm = 0.01f;
  layer.weight[0] = std::numeric_limits<float>::quiet_NaN();
  PlanHandle plan;
  ASSERT_CURB_OK(curb_plan_create(plan, &layer.options));
  layer.take_steps(plan, 1);
  curb_statistics statistics;
  ASSERT_CURB_OK(curb_statistics_init(&statistics, sizeof statistics));
  ASSERT_CURB_OK(curb_plan_statistics(plan, &statistics, nullptr));
  EXPECT_EQ(statistics.clamped_rows, layer.rows - 1);
  EXPECT_EQ(statistics.non_finite_rows, 1u);
}

TEST(CApiPlan, CountsTheStatesOfEachOptimizer) {
  Layer layer;
  int32_t count = -1;
  for (const auto& [optimizer, states] : {std::pair{CURB_SGD, 0},
                                          {CURB_MOMENTUM, 1},
                                          {CURB_NESTEROV, 1},
                                          {CURB_ADAM, 2},
                                          {CURB_ADAGRAD, 1},
                                          {CURB_RMSPROP, 1}}) {
    layer.group.optimizer = optimizer;
    ASSERT_CURB_OK(curb_state_count(&layer.group, &count));
    EXPECT_EQ(count, states) << "optimizer " << optimizer;
  }
}

TEST(CApiPlan, DescribesItselfIntoAnyBuffer) {
  Layer layer;
  PlanHandle plan;
  ASSERT_CURB_OK(curb_plan_create(plan, &layer.options));
  std::size_t length = 0;
  ASSERT_CURB_OK(curb_plan_describe(plan, nullptr, 0, &length));
  std::string text(length + 1, '#');
  ASSERT_CURB_OK(curb_plan_describe(plan, text.data(), text.size(), &length));
  EXPECT_EQ(std::strlen(text.c_str()), length);
  EXPECT_NE(text.find("weight"), std::string::npos);
  EXPECT_NE(text.find("hidden"), std::string::npos);
  char small[5] = "####";
  ASSERT_CURB_OK(curb_plan_describe(plan, small, sizeof small, nullptr));
  EXPECT_EQ(std::string(small), text.substr(0, 4));
}

TEST(CApiPlan, AHandleCanBeFilledAgain) {
  Layer layer;
  curb_plan plan = CURB_PLAN_INIT;
  for (int round = 0; round < 3; ++round) {
    ASSERT_CURB_OK(curb_plan_create(&plan, &layer.options));
    layer.take_steps(&plan, 1);
    ASSERT_CURB_OK(curb_plan_destroy(&plan));
    EXPECT_EQ(plan.internal[0], 0u);
  }
}

TEST(CApiPlan, AnEmptyPlanIsAPlan) {
  Layer layer;
  layer.options.tensors = nullptr;
  layer.options.tensor_count = 0;
  PlanHandle plan;
  ASSERT_CURB_OK(curb_plan_create(plan, &layer.options));
  EXPECT_CURB_OK(curb_plan_bind_gradients(plan, nullptr, 0, nullptr));
  EXPECT_CURB_OK(curb_plan_step(plan, nullptr));
}

TEST(CApiVersion, IsThatOfTheHeader) {
  EXPECT_EQ(curb_version_number(), CURB_VERSION_NUMBER);
  EXPECT_EQ(std::string(curb_version()), std::to_string(CURB_VERSION_MAJOR) + "." +
                                             std::to_string(CURB_VERSION_MINOR) + "." +
                                             std::to_string(CURB_VERSION_PATCH));
}

}  // namespace
}  // namespace curb::testing
