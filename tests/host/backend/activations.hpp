// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The activations in double, and all of them by name.
#pragma once

#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "host/backend/backend.hpp"

namespace curb::testing {

inline double activate(backend::Activation activation, double z) {
  switch (activation) {
    case backend::Activation::identity:
      return z;
    case backend::Activation::relu:
      return z > 0.0 ? z : 0.0;
    case backend::Activation::leaky_relu:
      return z > 0.0 ? z : 0.01 * z;
    case backend::Activation::tanh:
      return std::tanh(z);
    case backend::Activation::sigmoid:
      return 1.0 / (1.0 + std::exp(-z));
    case backend::Activation::gelu:
      return 0.5 * z * (1.0 + std::erf(z / std::numbers::sqrt2));
  }
  return std::nan("");
}

inline const std::vector<std::pair<backend::Activation, std::string>>& activations() {
  static const std::vector<std::pair<backend::Activation, std::string>> all = {
      {backend::Activation::identity, "identity"},     {backend::Activation::relu, "relu"},
      {backend::Activation::leaky_relu, "leaky_relu"}, {backend::Activation::tanh, "tanh"},
      {backend::Activation::sigmoid, "sigmoid"},       {backend::Activation::gelu, "gelu"}};
  return all;
}

/// activation'(z) by central differences; z may not be closer than 1e-5 to a kink.
inline double slope(backend::Activation activation, double z) {
  constexpr double kStep = 1e-5;
  return (activate(activation, z + kStep) - activate(activation, z - kStep)) / (2.0 * kStep);
}

}  // namespace curb::testing
