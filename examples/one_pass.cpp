// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A training loop's update turned from four passes over memory into one. Before: weight decay into
// the gradient, momentum, soft threshold, max-norm, each a loop of its own. After: one Plan. Both
// give the same weights; the time of each is printed.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <curb/curb.hpp>
#include <vector>

namespace {

constexpr std::size_t kRows = 1024;
constexpr std::size_t kColumns = 4096;
constexpr int kSteps = 10;
constexpr float kLearningRate = 0.1f;
constexpr float kMomentum = 0.9f;
constexpr float kL2 = 1e-3f;
constexpr float kL1 = 1e-3f;
constexpr float kMaxNorm = 30.0f;

struct Parameters {
  std::vector<float> weight = std::vector<float>(kRows * kColumns);
  std::vector<float> velocity = std::vector<float>(kRows * kColumns);
  std::vector<float> gradient = std::vector<float>(kRows * kColumns);

  Parameters() {
    unsigned state = 1;
    for (std::size_t i = 0; i < weight.size(); ++i) {
      state = state * 1664525u + 1013904223u;
      weight[i] = static_cast<float>(state >> 8) / 8388608.0f - 1.0f;
    }
  }
};

/// Stands for the backward pass: the gradient of a loss that pulls every weight to 1/4.
void compute_gradient(Parameters& p) {
  for (std::size_t i = 0; i < p.weight.size(); ++i) p.gradient[i] = p.weight[i] - 0.25f;
}

void add_weight_decay(Parameters& p) {
  for (std::size_t i = 0; i < p.weight.size(); ++i) p.gradient[i] += kL2 * p.weight[i];
}

void take_momentum_step(Parameters& p) {
  for (std::size_t i = 0; i < p.weight.size(); ++i) {
    p.velocity[i] = kMomentum * p.velocity[i] + p.gradient[i];
    p.weight[i] -= kLearningRate * p.velocity[i];
  }
}

/// The threshold must have gone through the momentum as the gradient did: eta * l1 by itself would
/// be the threshold of plain SGD, and solve the problem of (1 - momentum) l1.
void apply_soft_threshold(Parameters& p, float filtered_l1) {
  const float threshold = kLearningRate * filtered_l1;
  for (float& w : p.weight) w -= std::clamp(w, -threshold, threshold);
}

void clamp_rows(Parameters& p) {
  for (std::size_t r = 0; r < kRows; ++r) {
    float* const row = p.weight.data() + r * kColumns;
    double squared = 0.0;
    for (std::size_t j = 0; j < kColumns; ++j) {
      squared += static_cast<double>(row[j]) * static_cast<double>(row[j]);
    }
    if (squared <= static_cast<double>(kMaxNorm) * kMaxNorm) continue;
    const auto scale = static_cast<float>(kMaxNorm / std::sqrt(squared));
    for (std::size_t j = 0; j < kColumns; ++j) row[j] *= scale;
  }
}

/// The seconds that `update` takes per step, the gradients aside.
template <class Update>
double seconds_per_step(Parameters& p, Update update) {
  std::chrono::duration<double> total{};
  for (int step = 0; step < kSteps; ++step) {
    compute_gradient(p);
    const auto start = std::chrono::steady_clock::now();
    update();
    total += std::chrono::steady_clock::now() - start;
  }
  return total.count() / kSteps;
}

}  // namespace

int main() {
  Parameters before;
  float filtered_l1 = 0.0f;
  const double four_passes = seconds_per_step(before, [&] {
    add_weight_decay(before);
    take_momentum_step(before);
    filtered_l1 = kMomentum * filtered_l1 + kL1;
    apply_soft_threshold(before, filtered_l1);
    clamp_rows(before);
  });

  Parameters after;
  curb::Group group;
  group.name = "layer";
  group.modes.optimizer = curb::OptimizerKind::momentum;
  group.hyperparameters.learning_rate = kLearningRate;
  group.hyperparameters.momentum = kMomentum;
  group.hyperparameters.l2 = kL2;
  group.hyperparameters.l1 = kL1;
  group.hyperparameters.max_norm = kMaxNorm;
  curb::Tensor tensor = curb::Tensor::matrix("weight", after.weight.data(), kRows, kColumns);
  tensor.state[0] = after.velocity.data();
  curb::Plan plan(curb::Device::cpu(1), {group}, {tensor});  // one thread, as the loops above
  plan.bind_gradients({after.gradient.data()});
  const double one_pass = seconds_per_step(after, [&] { plan.step(); });

  float difference = 0.0f;
  for (std::size_t i = 0; i < before.weight.size(); ++i) {
    difference = std::max(difference, std::abs(before.weight[i] - after.weight[i]));
  }
  std::printf("before, four passes: %.2f ms a step\n", 1e3 * four_passes);
  std::printf("after, one pass:     %.2f ms a step, %.2f times as fast\n", 1e3 * one_pass,
              four_passes / one_pass);
  std::printf("the weights agree to 1e-5: %s\n", difference <= 1e-5f ? "yes" : "no");
  return 0;
}
