// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Nothing is timed that has not been seen to be right: a first step against the formulas as they
// are written, in double precision.
#pragma once

#include <cstdint>
#include <curb/curb.hpp>
#include <functional>
#include <vector>

namespace curb::bench {

/// One row's weights after a first step of sgd, momentum or adam under any of L1 (prox), L2 (prox),
/// decoupled decay, non-negativity and max-norm. The states are those before the step.
std::vector<double> first_step(const Group& group, std::int64_t columns, const float* weight,
                               const float* gradient, const float* state0, const float* state1);

/// The arrays of a matrix whose first step is checked; states that the optimiser lacks are not
/// read.
struct FirstStepArrays {
  const float* weight;
  const float* gradient;
  const float* state0;
  const float* state1;
  std::int64_t rows;
  std::int64_t columns;
};

/// Calls `step`; whether the first, the middle and the last rows came out right.
bool first_step_is_right(const Group& group, const FirstStepArrays& arrays,
                         const std::function<void()>& step);

}  // namespace curb::bench
