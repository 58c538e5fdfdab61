// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What choosing between ways of doing the same takes: memory to try them on, their times, and
// whether they agree.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "kernels/network.hpp"

namespace curb::backend {

/// Device memory that a trial may overwrite.
class TrialMemory {
 public:
  explicit TrialMemory(cudaStream_t stream) : stream_(stream) {}

  /// `count` random numbers of deviation 1, aligned as `model` is; null where that is.
  float* like(const float* model, std::int64_t count);
  void set_to_nan(float* values, std::int64_t count);
  /// Zeros.
  void* bytes(std::size_t count);

 private:
  struct Free {
    void operator()(void* memory) const { cudaFree(memory); }
  };

  cudaStream_t stream_;
  std::vector<std::unique_ptr<void, Free>> blocks_;
};

/// Milliseconds of the device, as a graph runs the operations: the least of several times.
double time_in_graph(cudaStream_t stream, const std::function<void()>& operations);

/// The first values of an array of `count`, not more than will tell one way of computing it from
/// another.
std::vector<float> sample(cudaStream_t stream, const float* values, std::int64_t count);

/// Whether no two differ by more than 0.1 % of the largest `expected`, NaN where NaN is expected.
/// Different orders of a sum do not differ by so much, mistakes do.
bool agree(const std::vector<float>& values, const std::vector<float>& expected);

}  // namespace curb::backend
