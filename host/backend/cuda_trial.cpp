// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/backend/cuda_trial.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "host/backend/cuda_graph.hpp"
#include "kernels/launch.cuh"

namespace curb::backend {
namespace {

using kernels::check;

/// In one graph, so that launching it does not show.
constexpr int kRepeats = 4;
constexpr int kRounds = 3;

constexpr std::int64_t kSample = 4096;
constexpr std::uintptr_t kWidestAccess = 16;

}  // namespace

void* TrialMemory::bytes(std::size_t count) {
  if (count == 0) return nullptr;
  void* memory = nullptr;
  check(cudaMalloc(&memory, count), "allocating memory to try algorithms on");
  blocks_.emplace_back(memory);
  check(cudaMemsetAsync(memory, 0, count, stream_), "clearing memory to try algorithms on");
  return memory;
}

void TrialMemory::set_to_nan(float* values, std::int64_t count) {
  constexpr int kOnes = 0xff;  // all bits set are a NaN
  check(cudaMemsetAsync(values, kOnes, static_cast<std::size_t>(count) * sizeof(float), stream_),
        "filling memory to try algorithms on");
}

float* TrialMemory::like(const float* model, std::int64_t count) {
  if (model == nullptr) return nullptr;
  const std::size_t offset = reinterpret_cast<std::uintptr_t>(model) % kWidestAccess;
  const std::size_t size = static_cast<std::size_t>(count) * sizeof(float);
  auto* const values =
      reinterpret_cast<float*>(static_cast<char*>(bytes(size + kWidestAccess)) + offset);
  const auto* const step = static_cast<std::uint64_t*>(bytes(sizeof(std::uint64_t)));
  // Another key for each block, so that no factor is a part of another.
  const kernels::RandomSource random{{{static_cast<std::uint32_t>(blocks_.size()), 0}}, step};
  kernels::add_gaussian_noise(random, 1.0f, values, values, count, stream_);
  return values;
}

double time_in_graph(cudaStream_t stream, const std::function<void()>& operations) {
  CudaCapture capture(stream);
  for (int i = 0; i < kRepeats; ++i) operations();
  CudaGraph graph(capture.end());
  graph.launch(stream);  // the first time is another
  CudaEvent start(cudaEventDefault);
  CudaEvent stop(cudaEventDefault);
  double least = std::numeric_limits<double>::infinity();
  for (int round = 0; round < kRounds; ++round) {
    start.record(stream);
    graph.launch(stream);
    stop.record(stream);
    check(cudaEventSynchronize(stop.get()), "waiting for a trial");
    float milliseconds = 0.0f;
    check(cudaEventElapsedTime(&milliseconds, start.get(), stop.get()), "timing a trial");
    least = std::min(least, static_cast<double>(milliseconds));
  }
  return least;
}

std::vector<float> sample(cudaStream_t stream, const float* values, std::int64_t count) {
  std::vector<float> result(static_cast<std::size_t>(std::min(count, kSample)));
  check(cudaMemcpyAsync(result.data(), values, result.size() * sizeof(float),
                        cudaMemcpyDeviceToHost, stream),
        "downloading what a trial gave");
  check(cudaStreamSynchronize(stream), "waiting for a trial");
  return result;
}

bool agree(const std::vector<float>& values, const std::vector<float>& expected) {
  float largest = 0.0f;
  for (const float x : expected) {
    if (std::fabs(x) > largest) largest = std::fabs(x);
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const bool both_nan = std::isnan(values[i]) && std::isnan(expected[i]);
    if (!both_nan && !(std::fabs(values[i] - expected[i]) <= 0.001f * largest)) return false;
  }
  return true;
}

}  // namespace curb::backend
