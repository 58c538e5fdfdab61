// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A training loop in plain CUDA with curb in it: multi-output least squares with proximal L1 and
// max-norm,
//   F(W) = 1/(2 n) |X W^T - Y|^2 + l1 |W|_1   with   |W_r| <= max_norm for every output r,
// where cuBLAS makes the gradient and a Plan takes the step. One iteration is captured into a CUDA
// graph and replayed; new hyper-parameters reach the captured step without capturing it again.
#include <cublas_v2.h>

#include <algorithm>
#include <cmath>
#include <curb/curb.hpp>

#include "examples/gpu.hpp"

namespace {

constexpr int kSamples = 512;
constexpr int kInputs = 64;
constexpr int kOutputs = 8;
constexpr int kReplays = 2000;
constexpr float kMaxNorm = 1.5f;

void check(cublasStatus_t status, const char* what) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  std::fprintf(stderr, "%s: %s\n", what, cublasGetStatusString(status));
  std::exit(1);
}

/// Values between -1 and 1, the same in every run.
std::vector<float> numbers(std::size_t count, unsigned state) {
  std::vector<float> values(count);
  for (float& value : values) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<float>(state >> 8) / 8388608.0f - 1.0f;
  }
  return values;
}

struct Problem {
  DeviceFloats x{numbers(std::size_t{kSamples} * kInputs, 1)};   // [samples][inputs]
  DeviceFloats y{numbers(std::size_t{kSamples} * kOutputs, 2)};  // [samples][outputs]
  DeviceFloats residual{std::size_t{kSamples} * kOutputs};
  DeviceFloats weight{std::size_t{kOutputs} * kInputs};  // [outputs][inputs]
  DeviceFloats velocity{std::size_t{kOutputs} * kInputs};
  DeviceFloats gradient{std::size_t{kOutputs} * kInputs};
  // cuBLAS would allocate its workspace at the first product, which a capture does not allow.
  DeviceFloats workspace{std::size_t{1} << 20};
};

/// gradient = (X W^T - Y)^T X / n. cuBLAS counts by columns: a row-major [m][n] is its n x m.
void enqueue_gradient(cublasHandle_t blas, cudaStream_t stream, const Problem& p) {
  const float one = 1.0f;
  const float minus_one = -1.0f;
  const float zero = 0.0f;
  const float mean = 1.0f / kSamples;
  check(cudaMemcpyAsync(p.residual.data(), p.y.data(), sizeof(float) * kSamples * kOutputs,
                        cudaMemcpyDeviceToDevice, stream),
        "copying Y");
  check(cublasSgemm(blas, CUBLAS_OP_T, CUBLAS_OP_N, kOutputs, kSamples, kInputs, &one,
                    p.weight.data(), kInputs, p.x.data(), kInputs, &minus_one, p.residual.data(),
                    kOutputs),
        "the residual");
  check(cublasSgemm(blas, CUBLAS_OP_N, CUBLAS_OP_T, kInputs, kOutputs, kSamples, &mean, p.x.data(),
                    kInputs, p.residual.data(), kOutputs, &zero, p.gradient.data(), kInputs),
        "the gradient");
}

/// The largest violation of the minimiser's condition over all weights of rows inside the ball.
float distance_from_stationarity(const Problem& p, float l1) {
  const std::vector<float> weight = p.weight.to_host();
  const std::vector<float> gradient = p.gradient.to_host();
  float worst = 0.0f;
  for (int r = 0; r < kOutputs; ++r) {
    float squared = 0.0f;
    for (int j = 0; j < kInputs; ++j) squared += weight[r * kInputs + j] * weight[r * kInputs + j];
    if (std::sqrt(squared) > 0.999f * kMaxNorm) continue;
    for (int i = r * kInputs; i < (r + 1) * kInputs; ++i) {
      const float excess = weight[i] != 0.0f ? std::abs(gradient[i] + std::copysign(l1, weight[i]))
                                             : std::max(std::abs(gradient[i]) - l1, 0.0f);
      worst = std::max(worst, excess);
    }
  }
  return worst;
}

}  // namespace

int main() {
  skip_without_gpu();
  const Problem problem;
  cudaStream_t stream;
  check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
  cublasHandle_t blas;
  check(cublasCreate(&blas), "cublasCreate");
  check(cublasSetStream(blas, stream), "cublasSetStream");
  check(cublasSetWorkspace(blas, problem.workspace.data(), sizeof(float) << 20),
        "cublasSetWorkspace");

  curb::Group group;
  group.name = "layer";
  group.modes.optimizer = curb::OptimizerKind::momentum;
  group.hyperparameters.learning_rate = 0.1f;
  group.hyperparameters.l1 = 0.01f;
  group.hyperparameters.max_norm = kMaxNorm;
  curb::Tensor tensor = curb::Tensor::matrix("weight", problem.weight.data(), kOutputs, kInputs);
  tensor.state[0] = problem.velocity.data();
  curb::Plan plan(curb::Device::cuda(0), {group}, {tensor});
  plan.bind_gradients({problem.gradient.data()}, stream);

  cudaGraph_t graph;
  cudaGraphExec_t iteration;
  check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal), "cudaStreamBeginCapture");
  enqueue_gradient(blas, stream, problem);
  plan.step(stream);
  check(cudaStreamEndCapture(stream, &graph), "cudaStreamEndCapture");
  check(cudaGraphInstantiate(&iteration, graph, 0), "cudaGraphInstantiate");

  bool stationary = true;
  for (const float l1 : {0.01f, 0.04f}) {
    group.hyperparameters.l1 = l1;
    plan.set_hyperparameters(0, group.hyperparameters, stream);
    for (int i = 0; i < kReplays; ++i) check(cudaGraphLaunch(iteration, stream), "cudaGraphLaunch");
    enqueue_gradient(blas, stream, problem);
    const std::vector<float> weight = problem.weight.to_host();
    const float distance = distance_from_stationarity(problem, l1);
    stationary = stationary && distance <= 1e-5f;
    std::printf("l1 = %.2f: %d of %d weights are exactly zero, %.1e from stationary\n",
                static_cast<double>(l1),
                static_cast<int>(std::count(weight.begin(), weight.end(), 0.0f)),
                kOutputs * kInputs, static_cast<double>(distance));
  }

  check(cudaGraphExecDestroy(iteration), "cudaGraphExecDestroy");
  check(cudaGraphDestroy(graph), "cudaGraphDestroy");
  check(cublasDestroy(blas), "cublasDestroy");
  check(cudaStreamDestroy(stream), "cudaStreamDestroy");
  std::printf("the minimiser's condition holds to 1e-5: %s\n", stationary ? "yes" : "no");
  return 0;
}
