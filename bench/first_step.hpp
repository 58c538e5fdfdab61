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

/// Reads neurons before a step and again after it.
class FirstStepCheck {
 public:
  using ReadRow = std::function<FirstStepRow(std::int64_t)>;

  /// Before the step: the first, the middle and the last of a tensor's `rows` neurons are to come
  /// out as first_step says.
  void expect(const Group& group, std::int64_t rows, const ReadRow& read_row);

  /// After it: whether all of them did, within some roundings of weights of 0.2.
  bool holds(double tolerance = 1e-7) const;

 private:
  struct Expected {
    ReadRow read_row;
    std::int64_t row;
    std::vector<double> weight;
  };
  std::vector<Expected> expected_;
};

}  // namespace curb::bench
