// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The shortest use of the library: a Plan over two tensors of one's own, stepped to the minimiser
// of
//   1/2 |w - target|^2 + l1 |w|_1   with   |w_r| <= max_norm for every row r.
// Weights whose target is below l1 in size come out exactly zero.
#include <cstddef>
#include <cstdio>
#include <curb/curb.hpp>
#include <vector>

int main() {
  constexpr std::int64_t kRows = 2;
  constexpr std::int64_t kColumns = 3;
  const std::vector<float> target = {0.9f, 0.1f, -0.2f, 3.0f, -0.05f, 4.0f};
  std::vector<float> weight(target.size());
  std::vector<float> velocity(target.size());
  std::vector<float> gradient(target.size());
  std::vector<float> bias = {0.0f, 0.0f};
  std::vector<float> bias_velocity(bias.size());
  const std::vector<float> bias_gradient = {0.0f, 0.0f};

  curb::Group group;
  group.name = "layer";
  group.modes.optimizer = curb::OptimizerKind::momentum;
  group.hyperparameters.learning_rate = 0.05f;
  group.hyperparameters.l1 = 0.3f;
  group.hyperparameters.max_norm = 2.0f;

  curb::Tensor matrix = curb::Tensor::matrix("weight", weight.data(), kRows, kColumns);
  matrix.state[0] = velocity.data();
  curb::Tensor vector = curb::Tensor::vector("bias", bias.data(), kRows);
  vector.state[0] = bias_velocity.data();

  curb::Plan plan(curb::Device::cpu(), {group}, {matrix, vector});
  plan.bind_gradients({gradient.data(), bias_gradient.data()});
  std::fputs(curb::to_string(plan.describe()).c_str(), stdout);
  for (int step = 0; step < 1000; ++step) {
    for (std::size_t i = 0; i < weight.size(); ++i) gradient[i] = weight[i] - target[i];
    plan.step();
  }
  for (const float w : weight) std::printf("% .6f\n", static_cast<double>(w));
  return 0;
}
