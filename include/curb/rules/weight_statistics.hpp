// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What is reported of weights: how many are exactly zero, and their share of the penalty
//   l1 |w|_1 + l2/2 |w|^2 + group_lasso sum_r sqrt(|r|) |w_r|_2.
#pragma once

#include <cstdint>
#include <curb/rules/hyperparameters.hpp>
#include <curb/rules/numeric.hpp>

namespace curb::rules {

/// Terms of the sums over weights.
struct NonZero {
  CURB_HOST_DEVICE double operator()(float w) const { return w != 0.0f ? 1.0 : 0.0; }
};
struct Magnitude {
  CURB_HOST_DEVICE double operator()(float w) const {
    return static_cast<double>(w < 0.0f ? -w : w);
  }
};
struct Square {
  CURB_HOST_DEVICE double operator()(float w) const {
    return mul(static_cast<double>(w), static_cast<double>(w));
  }
};

/// Over some weights of one tensor.
struct WeightSums {
  double non_zeros = 0.0;
  double magnitudes = 0.0;
  double squares = 0.0;
};

struct WeightStatistics {
  double zeros = 0.0;
  double penalty = 0.0;
};

/// Of `length` weights with these sums, one row of the group penalty if `is_row`. NaN and infinity
/// go through.
CURB_HOST_DEVICE WeightStatistics weight_statistics(const Hyperparameters& h, bool regularised,
                                                    const WeightSums& sums, std::int64_t length,
                                                    bool is_row) {
  WeightStatistics result;
  result.zeros = add(static_cast<double>(length), -sums.non_zeros);
  if (!regularised) return result;
  const double l1 = mul(static_cast<double>(h.l1), sums.magnitudes);
  const double l2 = mul(mul(0.5, static_cast<double>(h.l2)), sums.squares);
  result.penalty = add(l1, l2);
  if (is_row && h.group_lasso > 0.0f) {
    const double weight =
        mul(static_cast<double>(h.group_lasso), square_root(static_cast<double>(length)));
    result.penalty = add(result.penalty, mul(weight, square_root(sums.squares)));
  }
  return result;
}

}  // namespace curb::rules
