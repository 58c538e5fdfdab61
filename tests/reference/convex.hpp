// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// The minimiser of a quadratic with penalties and constraints: where every optimiser has to arrive
// if it solves the problem it was given, and not another one.
//
//     F(W) = 1/2 sum_r (W_r - B_r)^T A (W_r - B_r)  +  the penalties and constraints of Hyper
//
// Found by accelerated proximal gradient steps (Beck, Teboulle 2009) with adaptive restart
// (O'Donoghue, Candes 2015) in the plain Euclidean metric, and certified by stationarity.hpp, which
// uses no proximal step.
#pragma once

#include <vector>

#include "tests/reference/matrix.hpp"
#include "tests/reference/reference.hpp"

namespace curb::testing {

struct Quadratic {
  Matrix hessian;  // A: square, symmetric, positive definite
  Matrix target;   // B: one row per neuron, as many columns as A
};

// The gradient of the quadratic at w (row-major, the shape of target): the data gradient of a step.
std::vector<double> gradient(const Quadratic& quadratic, const std::vector<double>& w);

struct ConvexResult {
  std::vector<double> w;
  double residual = 0.0;  // distance of the subdifferential from zero; / smallest eigenvalue of A
                          // (+ l2) it bounds |w - minimiser|_2
  int iterations = 0;
};

// Of `hyper` only l1, l2, group_lasso and max_norm count, and of `modes` only non_negative and
// group_by: how a penalty is applied does not change where the minimum is. Runs until
// residual <= tolerance or the iterations are spent: look at residual.
// Throws std::invalid_argument for a group per outgoing set together with a finite max_norm.
ConvexResult minimise(const Quadratic& quadratic, const Hyper& hyper, const Modes& modes,
                      const Layout& layout, double tolerance = 1e-12, int max_iterations = 200'000);

}  // namespace curb::testing
