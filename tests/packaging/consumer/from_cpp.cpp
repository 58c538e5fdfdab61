// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// One step of plain SGD with a soft threshold: 1 - 0.5 * 1 - 0.5 * 0.2 = 0.4, and an exact zero.
// An error arrives as the exception that the header names.
#include <curb/curb.hpp>
#include <string>

int main() {
  float weight[] = {1.0f, 0.05f};
  const float gradient[] = {1.0f, 0.0f};
  curb::Group group;
  group.name = "group";
  group.hyperparameters.learning_rate = 0.5f;
  group.hyperparameters.l1 = 0.2f;
  curb::Plan plan(curb::Device::cpu(1), {group}, {curb::Tensor::matrix("weight", weight, 1, 2)});
  try {
    plan.step();
    return 1;
  } catch (const curb::Error& error) {
    if (std::string(error.what()).find("gradients") == std::string::npos) return 2;
  }
  plan.bind_gradients({gradient});
  plan.step();
  return weight[0] > 0.399f && weight[0] < 0.401f && weight[1] == 0.0f ? 0 : 3;
}
