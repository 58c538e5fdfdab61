// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Comparison of everything that a step writes.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <curb/rules/hyperparameters.hpp>

#include "tests/kernels/serial_step.hpp"
#include "tests/kernels/values.hpp"

namespace curb::testing {

inline void expect_same_arrays(const HostTensor& actual, const HostTensor& expected) {
  EXPECT_TRUE(same_bits(actual.weight, expected.weight)) << "of the weight";
  EXPECT_TRUE(same_bits(actual.gradient, expected.gradient)) << "of the gradient";
  for (std::size_t s = 0; s < expected.state.size(); ++s) {
    EXPECT_TRUE(same_bits(actual.state[s], expected.state[s])) << "of state " << s;
  }
  EXPECT_EQ(actual.mask, expected.mask);
}

inline void expect_same_state(const rules::FilterState& actual,
                              const rules::FilterState& expected) {
  EXPECT_EQ(actual.step, expected.step);
  EXPECT_EQ(actual.beta1_power, expected.beta1_power);
  EXPECT_EQ(actual.beta2_power, expected.beta2_power);
  EXPECT_EQ(actual.l1, expected.l1);
  EXPECT_EQ(actual.l2, expected.l2);
  EXPECT_EQ(actual.group_lasso, expected.group_lasso);
  EXPECT_EQ(actual.l1_cumulative, expected.l1_cumulative);
}

}  // namespace curb::testing
