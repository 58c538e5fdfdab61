// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// Group shrinkage and projection on a ball in a diagonal metric.
//
// Adam steps by T_i = learning_rate / (sqrt(vhat_i) + epsilon), another length for every weight, so
// its proximal step measures distance by the metric D_i = 1 / T_i and solves, for each row,
//
//     min_w  1/2 sum_i (w_i - z_i)^2 / T_i  +  g |w|_2   subject to  |w|_2 <= c.
//
// For w != 0 the condition of optimality is (w_i - z_i) / T_i + (g / |w| + mu) w_i = 0 with mu >= 0
// and mu (|w| - c) = 0, so that the solution has one multiplier nu = g / |w| + mu for the row:
//
//     w_i(nu) = z_i / (1 + T_i nu).
//
// |w(nu)| falls and nu |w(nu)| rises with nu. Hence:
//  - group alone: nu |w(nu)| = g has exactly one root if g < |z / T|; otherwise w = 0;
//  - ball alone:  |w(nu)| = c has exactly one root if c < |z|; otherwise w = z;
//  - both: let nu_g be the root for the group. If |w(nu_g)| <= c that is the solution (mu = 0).
//    If not, the solution has |w(nu)| = c, hence nu > nu_g, hence nu c > nu_g |w(nu_g)| = g and
//    mu = nu - g / c > 0 as it must be. This is the *ball projection of the z from before the group
//    stage*: of the two, only the larger shrinkage acts.
//
// None of these is a rescaling of z unless all T_i are equal. The roots are found by bisection to
// the last bit, so that nothing here shares a weakness with the Newton iteration of the library.
//
// Arguments: z and step (the T_i >= 0) have one finite value per weight of the row.
#pragma once

#include <vector>

namespace curb::testing {

// The minimiser with the penalty group * |w|_2 (group >= 0) and no ball.
std::vector<double> metric_group_shrink(const std::vector<double>& z,
                                        const std::vector<double>& step, double group);

// The minimiser within |w|_2 <= radius (radius > 0) and no penalty. The result is inside the ball
// also as `norm` computes it. A z outside the ball needs every step to be positive: throws
// std::invalid_argument otherwise, since no finite multiplier would do.
std::vector<double> metric_project(const std::vector<double>& z, const std::vector<double>& step,
                                   double radius);

}  // namespace curb::testing
