// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The activations of a layer and their derivatives.
//
// slope() takes what a layer keeps: the activation's value or, where that does not tell the
// derivative (needs_pre_activation), its argument. Comparisons are written so that a NaN passes
// through.
#pragma once

#include <cstdint>
#include <curb/rules/elementary.hpp>
#include <curb/rules/numeric.hpp>

namespace curb::rules {

enum class Activation : std::uint8_t {
  identity,
  relu,
  leaky_relu,  ///< slope kLeakyReluSlope below zero
  tanh,
  sigmoid,
  gelu,  ///< z Phi(z), by the error function (Hendrycks and Gimpel 2016)
};

inline constexpr float kLeakyReluSlope = 0.01f;

/// The derivative of gelu cannot be told from its value: a layer keeps its pre-activations then.
constexpr bool needs_pre_activation(Activation activation) {
  return activation == Activation::gelu;
}

struct Identity {
  CURB_HOST_DEVICE static float value(float z) { return z; }
};

struct Relu {
  CURB_HOST_DEVICE static float value(float z) { return z < 0.0f ? 0.0f : z; }
  CURB_HOST_DEVICE static float slope(float y) { return y > 0.0f ? 1.0f : 0.0f; }
};

struct LeakyRelu {
  CURB_HOST_DEVICE static float value(float z) { return z < 0.0f ? mul(kLeakyReluSlope, z) : z; }
  CURB_HOST_DEVICE static float slope(float y) { return y > 0.0f ? 1.0f : kLeakyReluSlope; }
};

struct Tanh {
  CURB_HOST_DEVICE static float value(float z) { return hyperbolic_tangent(z); }
  CURB_HOST_DEVICE static float slope(float y) { return add(1.0f, -mul(y, y)); }
};

struct Sigmoid {
  CURB_HOST_DEVICE static float value(float z) { return sigmoid(z); }
  CURB_HOST_DEVICE static float slope(float y) { return mul(y, add(1.0f, -y)); }
};

struct Gelu {
  CURB_HOST_DEVICE static float value(float z) { return mul(z, normal(z).cumulative); }
  CURB_HOST_DEVICE static float slope(float z) {
    const Normal n = normal(z);
    return fma(z, n.density, n.cumulative);
  }
};

}  // namespace curb::rules
