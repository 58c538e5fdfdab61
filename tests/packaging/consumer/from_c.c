/* Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0 */
/* The same step from C99. */
#include <curb/curb.h>
#include <stdio.h>

int main(void) {
  float weight[] = {1.0f, 0.05f};
  const float gradient[] = {1.0f, 0.0f};
  const void* const gradients[] = {gradient};
  curb_hyperparameters hyperparameters;
  curb_group group;
  curb_tensor tensor;
  curb_plan_options options;
  curb_plan plan = CURB_PLAN_INIT;

  curb_hyperparameters_init(&hyperparameters, sizeof hyperparameters);
  hyperparameters.learning_rate = 0.5f;
  hyperparameters.l1 = 0.2f;
  curb_group_init(&group, sizeof group);
  group.name = "group";
  group.hyperparameters = &hyperparameters;
  curb_tensor_init(&tensor, sizeof tensor);
  tensor.name = "weight";
  tensor.rows = 1;
  tensor.columns = 2;
  tensor.parameter = weight;
  curb_plan_options_init(&options, sizeof options);
  options.groups = &group;
  options.group_count = 1;
  options.tensors = &tensor;
  options.tensor_count = 1;

  if (curb_plan_create(&plan, &options) != CURB_OK ||
      curb_plan_bind_gradients(&plan, gradients, 1, NULL) != CURB_OK ||
      curb_plan_step(&plan, NULL) != CURB_OK || curb_plan_destroy(&plan) != CURB_OK) {
    fprintf(stderr, "%s\n", curb_error_detail());
    return 1;
  }
  return weight[0] > 0.399f && weight[0] < 0.401f && weight[1] == 0.0f ? 0 : 2;
}
