// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/backend/cpu_activation.hpp"

#include <algorithm>

#include "host/backend/elementary.hpp"
#include "host/backend/multiversion.hpp"

namespace curb::backend {
namespace {

// An activation and its derivative, the latter as a function of what the layer keeps: the
// activation's value, or its argument where needs_pre_activation says so. Comparisons are written
// so that a NaN passes through.

struct Relu {
  CURB_HOST_DEVICE static float value(float z) { return z < 0.0f ? 0.0f : z; }
  CURB_HOST_DEVICE static float slope(float y) { return y > 0.0f ? 1.0f : 0.0f; }
};

struct LeakyRelu {
  CURB_HOST_DEVICE static float value(float z) { return z < 0.0f ? kLeakyReluSlope * z : z; }
  CURB_HOST_DEVICE static float slope(float y) { return y > 0.0f ? 1.0f : kLeakyReluSlope; }
};

struct Tanh {
  CURB_HOST_DEVICE static float value(float z) { return hyperbolic_tangent(z); }
  CURB_HOST_DEVICE static float slope(float y) { return 1.0f - y * y; }
};

struct Sigmoid {
  CURB_HOST_DEVICE static float value(float z) { return sigmoid(z); }
  CURB_HOST_DEVICE static float slope(float y) { return y * (1.0f - y); }
};

struct Gelu {
  CURB_HOST_DEVICE static float value(float z) { return z * normal(z).cumulative; }
  CURB_HOST_DEVICE static float slope(float z) {
    const Normal n = normal(z);
    return rules::fma(z, n.density, n.cumulative);
  }
};

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
        activate_row<Relu>(row, width);
        break;
      case Activation::leaky_relu:
        activate_row<LeakyRelu>(row, width);
        break;
      case Activation::tanh:
        activate_row<Tanh>(row, width);
        break;
      case Activation::sigmoid:
        activate_row<Sigmoid>(row, width);
        break;
      case Activation::gelu:
        activate_row<Gelu>(row, width);
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
      return multiply_by_slope_of<Relu>(kept, delta, count);
    case Activation::leaky_relu:
      return multiply_by_slope_of<LeakyRelu>(kept, delta, count);
    case Activation::tanh:
      return multiply_by_slope_of<Tanh>(kept, delta, count);
    case Activation::sigmoid:
      return multiply_by_slope_of<Sigmoid>(kept, delta, count);
    case Activation::gelu:
      return multiply_by_slope_of<Gelu>(kept, delta, count);
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
