// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A rule of curb in a kernel of one's own, with nvcc's default flags: the same bits as the same
// function on the host.
#include <cstring>

#include "examples/gpu.hpp"
#include "examples/penalised_step.hpp"

namespace {

constexpr float kLearningRate = 0.125f;
constexpr float kL1 = 0.5f;

__global__ void update(float* weight, const float* gradient, int count) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < count) weight[i] = penalised_step(weight[i], gradient[i], kLearningRate, kL1);
}

}  // namespace

int main() {
  skip_without_gpu();
  constexpr int kCount = 100000;
  std::vector<float> weight(kCount);
  std::vector<float> gradient(kCount);
  for (int i = 0; i < kCount; ++i) {
    weight[i] = 1e-5f * static_cast<float>(i % 20011 - 10005);
    gradient[i] = static_cast<float>(i % 7 - 3);
  }
  const DeviceFloats device_weight(weight);
  const DeviceFloats device_gradient(gradient);
  update<<<(kCount + 255) / 256, 256>>>(device_weight.data(), device_gradient.data(), kCount);
  check(cudaGetLastError(), "launching the update");
  const std::vector<float> updated = device_weight.to_host();

  for (int i = 0; i < kCount; ++i) {
    weight[i] = penalised_step(weight[i], gradient[i], kLearningRate, kL1);
  }
  const bool same = std::memcmp(updated.data(), weight.data(), kCount * sizeof(float)) == 0;
  std::printf("the same bits as on the host: %s\n", same ? "yes" : "no");
  return same ? 0 : 1;
}
