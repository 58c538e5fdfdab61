// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Activations, each with the bias of its layer, and their derivatives.
#include <curb/rules/activations.hpp>
#include <type_traits>

#include "kernels/elementwise.cuh"
#include "kernels/network.hpp"

namespace curb::kernels {
namespace {

constexpr int kThreads = 256;
constexpr int kElementsPerThread = 4;
constexpr std::int64_t kElementsPerBlock = std::int64_t{kThreads} * kElementsPerThread;

/// Calls run(function) with the activation's functor.
template <class Run>
void with_function(rules::Activation activation, const Run& run) {
  switch (activation) {
    case rules::Activation::identity:
      return run(rules::Identity{});
    case rules::Activation::relu:
      return run(rules::Relu{});
    case rules::Activation::leaky_relu:
      return run(rules::LeakyRelu{});
    case rules::Activation::tanh:
      return run(rules::Tanh{});
    case rules::Activation::sigmoid:
      return run(rules::Sigmoid{});
    case rules::Activation::gelu:
      return run(rules::Gelu{});
  }
}

}  // namespace

/// A thread's elements lie kThreads apart: from one to the next the column moves on by
/// `column_stride`, which is kThreads modulo the width, so that one division serves them all.
template <class Function>
__global__ __launch_bounds__(kThreads) void activate_with_bias(
    const float* bias, std::int64_t count, std::int64_t width, std::int64_t column_stride,
    float* values, float* pre_activation) {
  std::int64_t i = blockIdx.x * kElementsPerBlock + static_cast<std::int64_t>(threadIdx.x);
  std::int64_t column = i % width;
#pragma unroll
  for (int e = 0; e < kElementsPerThread; ++e) {
    if (i >= count) return;
    const float z = rules::add(values[i], bias[column]);
    if (pre_activation != nullptr) pre_activation[i] = z;
    values[i] = Function::value(z);
    i += kThreads;
    column += column_stride;
    if (column >= width) column -= width;
  }
}

template <class Function>
__global__ __launch_bounds__(kRunThreads) void scale_by_slope(const float* kept, float* delta,
                                                              std::int64_t count) {
  update_each(
      delta, count, [](float d, float k) { return rules::mul(d, Function::slope(k)); }, kept);
}

// ---------------------------------------------------------------------------------- launchers

void add_bias_and_activate(rules::Activation activation, const float* bias, std::int64_t rows,
                           std::int64_t width, float* values, float* pre_activation,
                           Stream stream) {
  const std::int64_t count = rows * width;
  const LaunchShape shape{
      dim3(static_cast<unsigned>((count + kElementsPerBlock - 1) / kElementsPerBlock)),
      dim3(kThreads)};
  const auto run = [&](auto function) {
    launch<activate_with_bias<decltype(function)>>(shape, stream, bias, count, width,
                                                   kThreads % width, values, pre_activation);
  };
  if (count == 0) return;
  with_function(activation, run);
}

void multiply_by_slope(rules::Activation activation, const float* kept, float* delta,
                       std::int64_t count, Stream stream) {
  const auto run = [&](auto function) {
    using Function = decltype(function);
    if constexpr (!std::is_same_v<Function, rules::Identity>) {  // whose slope is one
      launch<scale_by_slope<Function>>(elementwise_shape(count), stream, kept, delta, count);
    }
  };
  with_function(activation, run);
}

}  // namespace curb::kernels
