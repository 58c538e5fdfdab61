// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A layer of a weight matrix and a bias, and the options that describe it to the C API: what each
// test starts from and spoils.
#pragma once

#include <curb/curb.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

namespace curb::testing {

/// Expects CURB_OK, and tells why it was not.
#define EXPECT_CURB_OK(call) EXPECT_EQ(call, CURB_OK) << curb_error_detail()
#define ASSERT_CURB_OK(call) ASSERT_EQ(call, CURB_OK) << curb_error_detail()

/// The handle of a plan that lives as long as this does.
struct PlanHandle {
  curb_plan handle = CURB_PLAN_INIT;
  PlanHandle() = default;
  PlanHandle(const PlanHandle&) = delete;
  PlanHandle& operator=(const PlanHandle&) = delete;
  ~PlanHandle() {
    if (handle.internal[0] != 0) curb_plan_destroy(&handle);
  }
  operator curb_plan*() { return &handle; }
};

/// Values between -1 and 1 that are no round numbers, the same for the same `seed`.
inline std::vector<float> values(std::size_t count, unsigned seed) {
  std::vector<float> result(count);
  for (float& value : result) {
    seed = seed * 1664525u + 1013904223u;
    value = static_cast<float>(seed >> 8) / 8388608.0f - 1.0f;
  }
  return result;
}

struct Layer {
  std::size_t rows;
  std::size_t columns;
  std::vector<float> weight = values(rows * columns, 1);
  std::vector<float> weight_gradient = values(rows * columns, 2);
  std::vector<float> weight_state[2] = {std::vector<float>(rows * columns),
                                        std::vector<float>(rows* columns)};
  std::vector<float> bias = values(rows, 3);
  std::vector<float> bias_gradient = values(rows, 4);
  std::vector<float> bias_state[2] = {std::vector<float>(rows), std::vector<float>(rows)};

  curb_hyperparameters hyperparameters;
  curb_group group;
  curb_tensor tensors[2];
  curb_plan_options options;

  explicit Layer(std::size_t row_count = 5, std::size_t column_count = 7)
      : rows(row_count), columns(column_count) {
    curb_hyperparameters_init(&hyperparameters, sizeof hyperparameters);
    hyperparameters.l1 = 0.1f;
    hyperparameters.l2 = 0.2f;
    hyperparameters.max_norm = 0.9f;
    curb_group_init(&group, sizeof group);
    group.name = "hidden";
    group.hyperparameters = &hyperparameters;
    group.optimizer = CURB_ADAM;
    group.l2_mode = CURB_L2_PROX;
    for (curb_tensor& tensor : tensors) curb_tensor_init(&tensor, sizeof tensor);
    tensors[0].name = "weight";
    tensors[0].rows = static_cast<std::int64_t>(rows);
    tensors[0].columns = static_cast<std::int64_t>(columns);
    tensors[0].parameter = weight.data();
    tensors[1].name = "bias";
    tensors[1].rows = 1;
    tensors[1].columns = static_cast<std::int64_t>(rows);
    tensors[1].regularised = 0;
    tensors[1].parameter = bias.data();
    for (int s = 0; s < 2; ++s) {
      tensors[0].state[s] = weight_state[s].data();
      tensors[1].state[s] = bias_state[s].data();
    }
    curb_plan_options_init(&options, sizeof options);
    options.threads = 1;
    options.groups = &group;
    options.group_count = 1;
    options.tensors = tensors;
    options.tensor_count = 2;
  }
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  curb_status bind(curb_plan* plan) const {
    const void* const gradients[] = {weight_gradient.data(), bias_gradient.data()};
    return curb_plan_bind_gradients(plan, gradients, 2, nullptr);
  }

  void take_steps(curb_plan* plan, int count) const {
    ASSERT_CURB_OK(bind(plan));
    for (int i = 0; i < count; ++i) ASSERT_CURB_OK(curb_plan_step(plan, nullptr));
  }
};

}  // namespace curb::testing
