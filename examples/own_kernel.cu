// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Rules of curb in kernels of one's own, with nvcc's default flags: an update around one rule gives
// the bits that the same function gives on the host, and a whole Adam step with every element-wise
// stage those of the library's Plan.
#include <cstring>
#include <curb/curb.hpp>
#include <curb/rules/element_step.hpp>

#include "examples/gpu.hpp"
#include "examples/penalised_step.hpp"

namespace {

namespace rules = curb::rules;

constexpr int kCount = 100000;
constexpr int kThreads = 256;
constexpr int kBlocks = (kCount + kThreads - 1) / kThreads;
constexpr int kSteps = 5;
constexpr float kLearningRate = 0.125f;
constexpr float kL1 = 0.5f;

__global__ void update(float* weight, const float* gradient, int count) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < count) weight[i] = penalised_step(weight[i], gradient[i], kLearningRate, kL1);
}

__global__ void adam_step(float* weight, const float* gradient, float* first, float* second,
                          rules::Coefficients coefficients, int count) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= count) return;
  float state[2] = {first[i], second[i]};
  weight[i] =
      rules::update_element(rules::Adam{}, coefficients, weight[i], gradient[i], state, true);
  first[i] = state[0];
  second[i] = state[1];
}

struct Values {
  std::vector<float> weight = std::vector<float>(kCount);
  std::vector<float> gradient = std::vector<float>(kCount);

  Values() {
    for (int i = 0; i < kCount; ++i) {
      weight[i] = 1e-5f * static_cast<float>(i % 20011 - 10005);
      gradient[i] = 0.37f * static_cast<float>(i % 7 - 3);
    }
  }
};

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

bool one_rule_is_as_on_the_host() {
  Values values;
  const DeviceFloats weight(values.weight);
  const DeviceFloats gradient(values.gradient);
  update<<<kBlocks, kThreads>>>(weight.data(), gradient.data(), kCount);
  check(cudaGetLastError(), "launching the update");
  for (int i = 0; i < kCount; ++i) {
    values.weight[i] = penalised_step(values.weight[i], values.gradient[i], kLearningRate, kL1);
  }
  return same_bits(weight.to_host(), values.weight);
}

curb::Group adam_group() {
  curb::Group group;
  group.name = "adam";
  group.modes.optimizer = curb::OptimizerKind::adam;
  group.modes.l2 = curb::L2Mode::prox;
  group.hyperparameters.learning_rate = 0.01f;
  group.hyperparameters.l1 = 0.1f;
  group.hyperparameters.l2 = 0.3f;
  group.hyperparameters.weight_decay = 0.7f;
  return group;
}

bool whole_step_is_the_librarys() {
  const curb::Group group = adam_group();
  Values values;
  const DeviceFloats weight(values.weight);
  const DeviceFloats gradient(values.gradient);
  const DeviceFloats first(kCount);
  const DeviceFloats second(kCount);
  rules::FilterState memory;
  for (int step = 0; step < kSteps; ++step) {
    adam_step<<<kBlocks, kThreads>>>(weight.data(), gradient.data(), first.data(), second.data(),
                                     rules::advance(group.modes, group.hyperparameters, memory),
                                     kCount);
    check(cudaGetLastError(), "launching the step");
  }

  std::vector<float> states[2] = {std::vector<float>(kCount), std::vector<float>(kCount)};
  curb::Tensor tensor = curb::Tensor::matrix("weight", values.weight.data(), 1, kCount);
  for (int s = 0; s < 2; ++s) tensor.state[s] = states[s].data();
  curb::Plan plan(curb::Device::cpu(), {group}, {tensor});
  plan.bind_gradients({values.gradient.data()});
  for (int step = 0; step < kSteps; ++step) plan.step();
  return same_bits(weight.to_host(), values.weight) && same_bits(first.to_host(), states[0]) &&
         same_bits(second.to_host(), states[1]);
}

}  // namespace

int main() {
  skip_without_gpu();
  const bool rule = one_rule_is_as_on_the_host();
  const bool step = whole_step_is_the_librarys();
  std::printf("a rule in an update of one's own, the same bits as on the host: %s\n",
              rule ? "yes" : "no");
  std::printf("a whole step of Adam, the same bits as the library's: %s\n", step ? "yes" : "no");
  return rule && step ? 0 : 1;
}
