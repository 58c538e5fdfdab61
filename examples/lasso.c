/* Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0 */
/* The C API in a whole program: the lasso on data of its own,
 *   F(w) = 1/(2 n) |X w - y|^2 + l1 |w|_1,
 * where y depends on 3 of 20 features. The other 17 weights come out exactly zero, and the gradient
 * at the end says that this is the minimiser of F: it is -l1 sign(w_j) where w_j is not zero, and
 * no longer than l1 where it is. */
#include <curb/curb.h>
#include <math.h>
#include <stdio.h>

enum { kSamples = 200, kFeatures = 20, kSteps = 2000 };

static float x[kSamples][kFeatures];
static float y[kSamples];
static float weight[kFeatures];
static float velocity[kFeatures];
static float gradient[kFeatures];

/* The same numbers between -1 and 1 in every run. */
static float next_number(void) {
  static uint32_t state = 1;
  state = state * 1664525u + 1013904223u;
  return (float)(state >> 8) / 8388608.0f - 1.0f;
}

static void make_data(void) {
  for (int i = 0; i < kSamples; ++i) {
    for (int j = 0; j < kFeatures; ++j) x[i][j] = next_number();
    y[i] = 2.0f * x[i][3] - 1.5f * x[i][7] + 1.0f * x[i][12] + 0.1f * next_number();
  }
}

static void compute_gradient(void) {
  for (int j = 0; j < kFeatures; ++j) gradient[j] = 0.0f;
  for (int i = 0; i < kSamples; ++i) {
    float residual = -y[i];
    for (int j = 0; j < kFeatures; ++j) residual += x[i][j] * weight[j];
    for (int j = 0; j < kFeatures; ++j) gradient[j] += residual * x[i][j] / kSamples;
  }
}

/* How far w_j is from the minimiser's condition. */
static float distance_from_stationarity(int j, float l1) {
  if (weight[j] != 0.0f) return fabsf(gradient[j] + copysignf(l1, weight[j]));
  return fmaxf(fabsf(gradient[j]) - l1, 0.0f);
}

static int fail(void) {
  fprintf(stderr, "%s\n", curb_error_detail());
  return 1;
}

int main(void) {
  const void* const gradients[] = {gradient};
  curb_hyperparameters hyperparameters;
  curb_group group;
  curb_tensor tensor;
  curb_plan_options options;
  curb_plan plan = CURB_PLAN_INIT;

  curb_hyperparameters_init(&hyperparameters, sizeof hyperparameters);
  hyperparameters.learning_rate = 0.1f;
  hyperparameters.momentum = 0.9f;
  hyperparameters.l1 = 0.05f;

  curb_group_init(&group, sizeof group);
  group.name = "lasso";
  group.hyperparameters = &hyperparameters;
  group.optimizer = CURB_MOMENTUM;

  curb_tensor_init(&tensor, sizeof tensor);
  tensor.name = "weight";
  tensor.rows = 1;
  tensor.columns = kFeatures;
  tensor.parameter = weight;
  tensor.state[0] = velocity;

  curb_plan_options_init(&options, sizeof options);
  options.groups = &group;
  options.group_count = 1;
  options.tensors = &tensor;
  options.tensor_count = 1;

  if (curb_plan_create(&plan, &options) != CURB_OK) return fail();
  if (curb_plan_bind_gradients(&plan, gradients, 1, NULL) != CURB_OK) return fail();
  make_data();
  for (int step = 0; step < kSteps; ++step) {
    compute_gradient();
    if (curb_plan_step(&plan, NULL) != CURB_OK) return fail();
  }
  if (curb_plan_destroy(&plan) != CURB_OK) return fail();

  int zeros = 0;
  float worst = 0.0f;
  compute_gradient();
  for (int j = 0; j < kFeatures; ++j) {
    zeros += weight[j] == 0.0f;
    worst = fmaxf(worst, distance_from_stationarity(j, hyperparameters.l1));
    if (weight[j] != 0.0f) printf("weight %2d: % .3f\n", j, (double)weight[j]);
  }
  printf("%d of %d weights are exactly zero; the minimiser's condition holds to 1e-6: %s\n", zeros,
         kFeatures, worst <= 1e-6f ? "yes" : "no");
  return 0;
}
