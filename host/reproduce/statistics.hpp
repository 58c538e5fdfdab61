// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a few runs say of the mean of all runs there could be.
#pragma once

#include <cstdint>
#include <span>

namespace curb::reproduce {

struct Estimate {
  double mean = 0.0;
  double deviation = 0.0;   ///< of the values, with divisor n - 1; NaN for a single value
  double half_width = 0.0;  ///< of Student's 95 % interval about the mean; infinite for one value
};

/// Throws std::invalid_argument for no values.
Estimate estimate(std::span<const double> values);

/// The 97.5 % quantile of Student's distribution of `freedom` >= 1 degrees.
double student_quantile(std::size_t freedom);

enum class Order : std::uint8_t {
  below,      ///< the first interval lies below the second
  undecided,  ///< they overlap, so that more runs may well turn the order round
  above,
};

Order compare(const Estimate& first, const Estimate& second);

/// What an order says of a claim that the first is below the second.
const char* name_of(Order order);

}  // namespace curb::reproduce
