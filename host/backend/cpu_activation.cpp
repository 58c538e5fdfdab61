// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/backend/cpu_activation.hpp"

#include <algorithm>
#include <curb/rules/activations.hpp>

#include "host/backend/multiversion.hpp"

namespace curb::backend {
namespace {

template <class Function>
CURB_HOST_DEVICE void activate_row(float* __restrict__ values, std::int64_t width) {
  for (std::int64_t j = 0; j < width; ++j) values[j] = Function::value(values[j]);
}

template <class Function>
CURB_HOST_DEVICE void multiply_by_slope_of(const float* __restrict__ kept,
                                           float* __restrict__ delta, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) delta[i] *= Function::slope(kept[i]);
}

}  // namespace

CURB_MULTIVERSION
void add_bias_and_activate(Activation activation, const float* bias, std::int64_t rows,
                           std::int64_t width, float* values, float* pre_activation) {
  for (std::int64_t r = 0; r < rows; ++r) {
    float* __restrict__ row = values + r * width;
    for (std::int64_t j = 0; j < width; ++j) row[j] += bias[j];
    if (pre_activation != nullptr) std::copy_n(row, width, pre_activation + r * width);
    switch (activation) {
      case Activation::identity:
        break;
      case Activation::relu:
        activate_row<rules::Relu>(row, width);
        break;
      case Activation::leaky_relu:
        activate_row<rules::LeakyRelu>(row, width);
        break;
      case Activation::tanh:
        activate_row<rules::Tanh>(row, width);
        break;
      case Activation::sigmoid:
        activate_row<rules::Sigmoid>(row, width);
        break;
      case Activation::gelu:
        activate_row<rules::Gelu>(row, width);
        break;
    }
  }
}

CURB_MULTIVERSION
void multiply_by_slope(Activation activation, const float* kept, float* delta, std::int64_t count) {
  switch (activation) {
    case Activation::identity:
      return;
    case Activation::relu:
      return multiply_by_slope_of<rules::Relu>(kept, delta, count);
    case Activation::leaky_relu:
      return multiply_by_slope_of<rules::LeakyRelu>(kept, delta, count);
    case Activation::tanh:
      return multiply_by_slope_of<rules::Tanh>(kept, delta, count);
    case Activation::sigmoid:
      return multiply_by_slope_of<rules::Sigmoid>(kept, delta, count);
    case Activation::gelu:
      return multiply_by_slope_of<rules::Gelu>(kept, delta, count);
  }
}

CURB_MULTIVERSION
void sum_columns(const float* values, std::int64_t rows, std::int64_t stride, std::int64_t columns,
                 float* sums) {
  constexpr std::int64_t kTile = 64;
  for (std::int64_t first = 0; first < columns; first += kTile) {
    const std::int64_t count = std::min(kTile, columns - first);
    double totals[kTile] = {};
    for (std::int64_t r = 0; r < rows; ++r) {
      const float* row = values + r * stride + first;
      for (std::int64_t j = 0; j < count; ++j) totals[j] += row[j];
    }
    for (std::int64_t j = 0; j < count; ++j) sums[first + j] = static_cast<float>(totals[j]);
  }
}

}  // namespace curb::backend
