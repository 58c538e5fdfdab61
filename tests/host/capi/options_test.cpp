// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The options of plans and tensors reach the plan: each does through the C API what it says.
#include <algorithm>
#include <cmath>
#include <curb/rules/storage.hpp>
#include <limits>

#include "tests/host/capi/layer.hpp"

namespace curb::testing {
namespace {

curb_statistics statistics_of(curb_plan* plan) {
  curb_statistics statistics;
  curb_statistics_init(&statistics, sizeof statistics);
  EXPECT_CURB_OK(curb_plan_statistics(plan, &statistics, nullptr));
  return statistics;
}

TEST(CApiOptions, ClipNormShortensTheGradient) {
  double squared = 0.0;
  Layer clipped;
  for (const float g : clipped.weight_gradient) squared += static_cast<double>(g) * g;
  for (const float g : clipped.bias_gradient) squared += static_cast<double>(g) * g;
  const double norm = std::sqrt(squared);

  Layer scaled;  // the same by hand
  const auto set = [](Layer& layer) {
    layer.group.optimizer = CURB_SGD;
    layer.hyperparameters.l1 = 0.0f;
    layer.hyperparameters.l2 = 0.0f;
    layer.hyperparameters.max_norm = 100.0f;
  };
  set(clipped);
  set(scaled);
  clipped.options.clip_norm = 0.5f;
  scaled.hyperparameters.gradient_scale = static_cast<float>(0.5 / norm);
  PlanHandle plans[2];
  ASSERT_CURB_OK(curb_plan_create(plans[0], &clipped.options));
  ASSERT_CURB_OK(curb_plan_create(plans[1], &scaled.options));
  clipped.take_steps(plans[0], 1);
  scaled.take_steps(plans[1], 1);
  EXPECT_EQ(clipped.weight, scaled.weight);
  EXPECT_NEAR(statistics_of(plans[0]).gradient_norm, norm, 1e-12 * norm);
}

TEST(CApiOptions, ANonFiniteGradientIsSkippedWhole) {
  Layer layer;
  layer.options.skip_non_finite = 1;
  PlanHandle plan;
  ASSERT_CURB_OK(curb_plan_create(plan, &layer.options));
  const float* found_inf = nullptr;
  ASSERT_CURB_OK(curb_plan_found_inf(plan, &found_inf));
  ASSERT_NE(found_inf, nullptr);

  layer.bias_gradient[2] = std::numeric_limits<float>::infinity();
  layer.take_steps(plan, 1);
  EXPECT_EQ(*found_inf, 1.0f);
  EXPECT_EQ(layer.weight, Layer().weight);
  EXPECT_EQ(statistics_of(plan).skipped_steps, 1u);

  layer.bias_gradient[2] = 0.0f;
  layer.take_steps(plan, 1);
  EXPECT_EQ(*found_inf, 0.0f);
  EXPECT_NE(layer.weight, Layer().weight);
  EXPECT_EQ(statistics_of(plan).skipped_steps, 1u);
}

TEST(CApiOptions, FoundInfIsNullInAPlanThatSkipsNothing) {
  Layer layer;
  PlanHandle plan;
  ASSERT_CURB_OK(curb_plan_create(plan, &layer.options));
  const float* found_inf = layer.weight.data();
  ASSERT_CURB_OK(curb_plan_found_inf(plan, &found_inf));
  EXPECT_EQ(found_inf, nullptr);
  EXPECT_EQ(curb_plan_found_inf(plan, nullptr), CURB_INVALID_ARGUMENT);
}

TEST(CApiOptions, TheCallersScalarsAreReadAtEveryStep) {
  Layer layer;
  float found_inf = 1.0f;
  float loss_scale = 1024.0f;
  layer.options.found_inf = &found_inf;
  layer.options.loss_scale = &loss_scale;
  for (float& g : layer.weight_gradient) g *= loss_scale;
  for (float& g : layer.bias_gradient) g *= loss_scale;
  PlanHandle plan;
  ASSERT_CURB_OK(curb_plan_create(plan, &layer.options));
  layer.take_steps(plan, 1);
  EXPECT_EQ(layer.weight, Layer().weight);

  found_inf = 0.0f;
  layer.take_steps(plan, 3);
  Layer plain;
  PlanHandle expected;
  ASSERT_CURB_OK(curb_plan_create(expected, &plain.options));
  plain.take_steps(expected, 3);
  EXPECT_EQ(layer.weight, plain.weight);
}

TEST(CApiOptions, GradientsAreLeftZero) {
  Layer layer;
  layer.options.zero_gradients = 1;
  PlanHandle plan;
  ASSERT_CURB_OK(curb_plan_create(plan, &layer.options));
  EXPECT_EQ(layer.bind(plan), CURB_INVALID_ARGUMENT);
  void* const gradients[] = {layer.weight_gradient.data(), layer.bias_gradient.data()};
  EXPECT_EQ(curb_plan_bind_writable_gradients(plan, gradients, 1, nullptr), CURB_INVALID_ARGUMENT);
  ASSERT_CURB_OK(curb_plan_bind_writable_gradients(plan, gradients, 2, nullptr));
  ASSERT_CURB_OK(curb_plan_step(plan, nullptr));
  EXPECT_EQ(layer.weight_gradient, std::vector<float>(layer.rows * layer.columns));
  EXPECT_EQ(layer.bias_gradient, std::vector<float>(layer.rows));
}

TEST(CApiOptions, StatisticsCountZerosAndThePenalty) {
  Layer layer;
  layer.hyperparameters.l1 = 30.0f;
  layer.options.statistics = 1;
  PlanHandle plan;
  ASSERT_CURB_OK(curb_plan_create(plan, &layer.options));
  layer.take_steps(plan, 1);
  ASSERT_CURB_OK(curb_plan_collect_statistics(plan, nullptr));
  curb_tensor_statistics values[2];
  for (auto& value : values) curb_tensor_statistics_init(&value, sizeof value);
  ASSERT_CURB_OK(curb_plan_tensor_statistics(plan, values, 2, nullptr));

  double penalty = 0.0;
  for (const float w : layer.weight) {
    const double magnitude = std::abs(static_cast<double>(w));
    penalty += 30.0 * magnitude + static_cast<double>(0.2f) / 2 * magnitude * magnitude;
  }
  const auto zeros = std::count(layer.weight.begin(), layer.weight.end(), 0.0f);
  EXPECT_GT(zeros, 0);
  EXPECT_EQ(values[0].zeros, static_cast<uint64_t>(zeros));
  EXPECT_NEAR(values[0].penalty, penalty, 1e-12 * penalty);
  EXPECT_EQ(values[1].penalty, 0.0);
  EXPECT_EQ(curb_plan_tensor_statistics(plan, values, 1, nullptr), CURB_INVALID_ARGUMENT);

  Layer without;
  PlanHandle other;
  ASSERT_CURB_OK(curb_plan_create(other, &without.options));
  EXPECT_EQ(curb_plan_collect_statistics(other, nullptr), CURB_INVALID_ARGUMENT);
}

TEST(CApiOptions, StorageGradientTypesAndAveragesReachThePlan) {
  Layer layer;
  layer.group.optimizer = CURB_MOMENTUM;
  std::vector<std::uint16_t> copy(layer.weight.size());
  std::vector<std::uint16_t> velocity(layer.weight.size());
  std::vector<std::uint16_t> gradient;
  for (float& g : layer.weight_gradient) {
    gradient.push_back(rules::to_bfloat16(g));
    g = rules::from_bfloat16(gradient.back());
  }
  std::vector<float> ema = layer.weight;
  layer.tensors[0].storage = CURB_STORAGE_BFLOAT16_MASTER;
  layer.tensors[0].bfloat16 = copy.data();
  layer.tensors[0].gradient_type = CURB_BFLOAT16;
  layer.tensors[0].ema = ema.data();
  PlanHandle plan;
  ASSERT_CURB_OK(curb_plan_create(plan, &layer.options));
  const void* const gradients[] = {gradient.data(), layer.bias_gradient.data()};
  ASSERT_CURB_OK(curb_plan_bind_gradients(plan, gradients, 2, nullptr));
  ASSERT_CURB_OK(curb_plan_step(plan, nullptr));

  Layer plain;
  plain.group.optimizer = CURB_MOMENTUM;
  plain.weight_gradient = layer.weight_gradient;
  PlanHandle expected;
  ASSERT_CURB_OK(curb_plan_create(expected, &plain.options));
  plain.take_steps(expected, 1);
  EXPECT_EQ(layer.weight, plain.weight);
  for (std::size_t i = 0; i < copy.size(); ++i) {
    EXPECT_EQ(copy[i], rules::to_bfloat16(layer.weight[i])) << "element " << i;
  }
  EXPECT_NE(ema, layer.weight);
  EXPECT_NE(ema, Layer().weight);

  Layer half;  // a velocity in bfloat16
  half.group.optimizer = CURB_MOMENTUM;
  half.tensors[0].state[0] = velocity.data();
  half.tensors[0].state_type[0] = CURB_BFLOAT16;
  PlanHandle halved;
  ASSERT_CURB_OK(curb_plan_create(halved, &half.options));
  half.take_steps(halved, 1);
  EXPECT_EQ(velocity[0], rules::to_bfloat16(half.weight_gradient[0]));
}

}  // namespace
}  // namespace curb::testing
