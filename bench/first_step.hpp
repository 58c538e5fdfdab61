// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Nothing is timed that has not been seen to be right: a first step against the formulas as they
// are written, in double precision.
#pragma once

#include <cstdint>
#include <curb/curb.hpp>
#include <functional>
#include <vector>

namespace curb::bench {

/// A neuron's incoming weights and what lies beside them. States that the optimiser lacks are not
/// read.
struct FirstStepRow {
  std::vector<float> weight;
  std::vector<float> gradient;
  std::vector<float> state[2];
};

/// The row's weights after a first step of sgd, momentum or adam under any of L1 (prox), L2 (prox),
/// decoupled decay, non-negativity and max-norm.
std::vector<double> first_step(const Group& group, const FirstStepRow& row);

/// Calls `step`; whether the first, the middle and the last of `rows` neurons came out right. They
/// are read before and after.
bool first_step_is_right(const Group& group, std::int64_t rows,
                         const std::function<FirstStepRow(std::int64_t)>& read_row,
                         const std::function<void()>& step);

}  // namespace curb::bench
