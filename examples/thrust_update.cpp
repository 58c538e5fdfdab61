// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A program that keeps its parameters in Thrust's vectors, and the replacing of its update: four
// transforms, each a pass over memory, by one Plan on the same memory. Thrust's device is the host
// here, and a GPU in thrust_update.cu, which is this file compiled by nvcc.
#include <thrust/copy.h>
#include <thrust/device_vector.h>
#include <thrust/transform.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <curb/curb.hpp>
#include <curb/rules/soft_threshold.hpp>
#include <vector>

namespace {

constexpr std::size_t kCount = 200000;
constexpr int kSteps = 20;
constexpr float kLearningRate = 0.05f;
constexpr float kMomentum = 0.9f;
constexpr float kL2 = 1e-2f;
constexpr float kL1 = 0.2f;

using Vector = thrust::device_vector<float>;

struct Parameters {
  Vector weight = Vector(kCount);
  Vector velocity = Vector(kCount, 0.0f);
  Vector gradient = Vector(kCount);

  Parameters() {
    std::vector<float> start(kCount);
    unsigned state = 1;
    for (float& w : start) {
      state = state * 1664525u + 1013904223u;
      w = static_cast<float>(state >> 8) / 8388608.0f - 1.0f;
    }
    weight.assign(start.begin(), start.end());
  }
};

/// The gradient of 1/2 (w - 1/4)^2, in the place of a backward pass.
struct Pull {
  CURB_HOST_DEVICE float operator()(float w) const { return w - 0.25f; }
};
struct AddDecay {
  CURB_HOST_DEVICE float operator()(float g, float w) const { return g + kL2 * w; }
};
struct Accelerate {
  CURB_HOST_DEVICE float operator()(float v, float g) const { return kMomentum * v + g; }
};
struct Move {
  CURB_HOST_DEVICE float operator()(float w, float v) const { return w - kLearningRate * v; }
};
struct Shrink {
  float threshold;
  CURB_HOST_DEVICE float operator()(float w) const {
    return curb::rules::soft_threshold(w, threshold);
  }
};

void compute_gradient(Parameters& p) {
  thrust::transform(p.weight.begin(), p.weight.end(), p.gradient.begin(), Pull{});
}

/// Before: what the program did in each step.
void four_transforms(Parameters& p, float filtered_l1) {
  thrust::transform(p.gradient.begin(), p.gradient.end(), p.weight.begin(), p.gradient.begin(),
                    AddDecay{});
  thrust::transform(p.velocity.begin(), p.velocity.end(), p.gradient.begin(), p.velocity.begin(),
                    Accelerate{});
  thrust::transform(p.weight.begin(), p.weight.end(), p.velocity.begin(), p.weight.begin(), Move{});
  thrust::transform(p.weight.begin(), p.weight.end(), p.weight.begin(),
                    Shrink{kLearningRate * filtered_l1});
}

/// After: the plan that takes their place.
curb::Plan make_plan(Parameters& p) {
  curb::Group group;
  group.name = "layer";
  group.modes.optimizer = curb::OptimizerKind::momentum;
  group.hyperparameters.learning_rate = kLearningRate;
  group.hyperparameters.momentum = kMomentum;
  group.hyperparameters.l2 = kL2;
  group.hyperparameters.l1 = kL1;
  curb::Tensor tensor = curb::Tensor::matrix("weight", thrust::raw_pointer_cast(p.weight.data()), 1,
                                             static_cast<std::int64_t>(kCount));
  tensor.state[0] = thrust::raw_pointer_cast(p.velocity.data());
#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
  curb::Plan plan(curb::Device::cuda(0), {group}, {tensor});
#else
  curb::Plan plan(curb::Device::cpu(), {group}, {tensor});
#endif
  plan.bind_gradients({thrust::raw_pointer_cast(p.gradient.data())});
  return plan;
}

/// Returns the program's exit code.
int run() {
  Parameters before;
  float filtered_l1 = 0.0f;
  for (int step = 0; step < kSteps; ++step) {
    compute_gradient(before);
    filtered_l1 = kMomentum * filtered_l1 + kL1;  // through the momentum, as the gradient goes
    four_transforms(before, filtered_l1);
  }

  Parameters after;
  curb::Plan plan = make_plan(after);
  for (int step = 0; step < kSteps; ++step) {
    compute_gradient(after);
    plan.step();  // on the null stream, as Thrust's algorithms are
  }

  std::vector<float> expected(kCount);
  std::vector<float> found(kCount);
  thrust::copy(before.weight.begin(), before.weight.end(), expected.begin());
  thrust::copy(after.weight.begin(), after.weight.end(), found.begin());
  float difference = 0.0f;
  for (std::size_t i = 0; i < kCount; ++i) {
    difference = std::max(difference, std::abs(expected[i] - found[i]));
  }
  const auto zeros = std::count(found.begin(), found.end(), 0.0f);
  std::printf("%td of %zu weights are exactly zero\n", zeros, kCount);
  std::printf("four transforms and one plan agree to 1e-6: %s\n",
              difference <= 1e-6f ? "yes" : "no");
  return difference <= 1e-6f && zeros > 0 ? 0 : 1;
}

}  // namespace

#if THRUST_DEVICE_SYSTEM != THRUST_DEVICE_SYSTEM_CUDA
int main() { return run(); }
#endif
