// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The optimisers: from the regularised gradient to a direction, element by element.
//
// An optimiser is a small copyable object with
//   kStates          floats of state per weight (0 to 2), all zero before the first step
//   kDiagonalMetric  whether each weight has its own step size (then Direction::denominator counts)
//   kCumulativeL1    whether its state holds the L1 penalty received so far
//   direction(c, g, state)   updates `state` and returns the direction of descent
//   denominator(c, state)    with a diagonal metric: the denominator again, from the new state
// An embedder's own optimiser of that shape works in every kernel that takes one of these.
#pragma once

#include <curb/rules/effective_step.hpp>
#include <curb/rules/numeric.hpp>

namespace curb::rules {

/// The step is -eta * value / denominator. A Euclidean optimiser's denominator is 1.
struct Direction {
  float value;
  float denominator;
};

/// What a state that decays by multiplication keeps of `x`: nothing below the smallest normal
/// number. Otherwise a weight without a gradient leaves its velocity at a subnormal for ever (0.9 x
/// rounds to x again there), and most CPUs compute with those a hundred times slower. A NaN passes.
CURB_HOST_DEVICE float without_subnormal(float x) {
  constexpr float kSmallestNormal = 0x1p-126f;
  return magnitude(x) < kSmallestNormal ? 0.0f : x;
}

struct Sgd {
  static constexpr int kStates = 0;
  static constexpr bool kDiagonalMetric = false;
  static constexpr bool kCumulativeL1 = false;

  CURB_HOST_DEVICE Direction direction(const Coefficients&, float g, float*) const {
    return {g, 1.0f};
  }
};

/// Plain SGD whose single state is the L1 penalty received (see cumulative_l1).
struct CumulativeSgd {
  static constexpr int kStates = 1;
  static constexpr bool kDiagonalMetric = false;
  static constexpr bool kCumulativeL1 = true;

  CURB_HOST_DEVICE Direction direction(const Coefficients&, float g, float*) const {
    return {g, 1.0f};
  }
};

/// Heavy ball and Nesterov. State 0: the velocity v = mu v + g, in units of the gradient.
struct Momentum {
  static constexpr int kStates = 1;
  static constexpr bool kDiagonalMetric = false;
  static constexpr bool kCumulativeL1 = false;

  CURB_HOST_DEVICE Direction direction(const Coefficients& c, float g, float* state) const {
    const float velocity = without_subnormal(fma(c.momentum, state[0], g));
    state[0] = velocity;
    return {fma(c.velocity_gain, velocity, mul(c.gradient_gain, g)), 1.0f};
  }
};

/// Adam and AdamW. State 0: the first moment, state 1: the second moment, both uncorrected.
struct Adam {
  static constexpr int kStates = 2;
  static constexpr bool kDiagonalMetric = true;
  static constexpr bool kCumulativeL1 = false;

  CURB_HOST_DEVICE Direction direction(const Coefficients& c, float g, float* state) const {
    state[0] = without_subnormal(fma(c.beta1, state[0], mul(c.one_minus_beta1, g)));
    state[1] = without_subnormal(fma(c.beta2, state[1], mul(mul(c.one_minus_beta2, g), g)));
    return {mul(state[0], c.inverse_bias1), denominator(c, state)};
  }

  /// sqrt(vhat) + epsilon: the metric's diagonal times eta.
  CURB_HOST_DEVICE float denominator(const Coefficients& c, const float* state) const {
    return add(square_root(mul(state[1], c.inverse_bias2)), c.epsilon);
  }
};

/// Adagrad and RMSprop. State 0: the sum of squared gradients, or their running average.
struct Adagrad {
  static constexpr int kStates = 1;
  static constexpr bool kDiagonalMetric = true;
  static constexpr bool kCumulativeL1 = false;

  CURB_HOST_DEVICE Direction direction(const Coefficients& c, float g, float* state) const {
    state[0] = without_subnormal(fma(c.beta2, state[0], mul(mul(c.one_minus_beta2, g), g)));
    return {g, denominator(c, state)};
  }

  CURB_HOST_DEVICE float denominator(const Coefficients& c, const float* state) const {
    return add(square_root(state[0]), c.epsilon);
  }
};

}  // namespace curb::rules
