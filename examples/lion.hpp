// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// An optimiser of one's own for curb's kernels: Lion (Chen et al. 2023, "Symbolic discovery of
// optimization algorithms"), whose step has the sign of an interpolated momentum. State 0: m.
#pragma once

#include <curb/rules/gradient.hpp>
#include <curb/rules/optimizers.hpp>

struct Lion {
  static constexpr int kStates = 1;
  static constexpr bool kDiagonalMetric = false;
  static constexpr bool kCumulativeL1 = false;

  CURB_HOST_DEVICE curb::rules::Direction direction(const curb::rules::Coefficients& c, float g,
                                                    float* state) const {
    namespace rules = curb::rules;
    const float blend = rules::fma(c.beta1, state[0], rules::mul(c.one_minus_beta1, g));
    state[0] = rules::fma(c.beta2, state[0], rules::mul(c.one_minus_beta2, g));
    return {rules::sign(blend), 1.0f};
  }
};

/// The coefficients of every step. They are those of SGD, whose proximal coefficients pass no
/// filter: neither does Lion's direction have a gain.
inline curb::rules::Coefficients lion_coefficients(const curb::rules::Hyperparameters& h) {
  curb::rules::FilterState first_step;
  return curb::rules::advance(curb::rules::Modes{}, h, first_step);
}
