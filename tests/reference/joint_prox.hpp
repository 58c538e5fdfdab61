// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// A numerical optimiser for the joint proximal problem of one row,
//
//     min_w  1/2 sum_i D_i (w_i - z_i)^2 + l1 |w|_1 + l2/2 |w|^2 + group |w|_2
//     subject to  w >= 0, w = 0 outside the mask, |w|_2 <= radius.
//
// It knows nothing of the order of stages or of multipliers in a metric: it splits the objective
// into a quadratic, an element-wise term, the norm and the ball, treats each by itself in the plain
// Euclidean metric and makes the copies agree (consensus ADMM: Boyd, Parikh, Chu, Peleato, Eckstein
// 2011, section 7.1). Whatever it returns is certified by stationarity.hpp.
#pragma once

#include <vector>

#include "tests/reference/stationarity.hpp"

namespace curb::testing {

struct JointProxProblem {
  std::vector<double> z;
  std::vector<double> metric;  // the D_i > 0, one per weight
  double l2 = 0.0;
  Penalty penalty;
};

struct JointProxResult {
  std::vector<double> w;     // within all constraints, with exact zeros
  double error_bound = 0.0;  // |w - minimiser|_2 is at most this
  int iterations = 0;
};

// Runs until error_bound <= tolerance or the iterations are spent: look at error_bound.
JointProxResult joint_prox(const JointProxProblem& problem, double tolerance = 1e-10,
                           int max_iterations = 200'000);

}  // namespace curb::testing
