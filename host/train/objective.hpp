// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What training minimises beside the data loss, and how far from a minimum it is:
//
//   F(w) = data loss + l1 |w|_1 + l2/2 |w|^2 + group_lasso sum_v sqrt(size of v) |v|_2
//   subject to  |incoming|_2 <= max_norm,  w >= 0 if non_negative
//
// In double, on the host: the difference between w and its image under a step as small as wanted
// would drown in the rounding of fp32.
#pragma once

#include <cstddef>
#include <span>

#include "host/train/settings.hpp"

namespace curb::train {

/// A layer's weights [fan_out, fan_in], or what lies beside them.
struct WeightMatrix {
  std::size_t fan_out = 0;
  std::size_t fan_in = 0;
  std::span<const float> values;
};

/// F(w) less the data loss, for one layer. Decoupled weight decay is no part of F.
double penalty(const UpdateSettings& update, const WeightMatrix& weight);

/// The squared norm of (w - prox(w - T g)) / T, with T the layer's learning rate, g the gradient
/// of the data loss and of l2/2 |w|^2, and prox the proximal step of all the rest: it is zero where
/// w satisfies the conditions of a minimum of F, and nowhere else (Beck 2017, theorem 10.7). It
/// does not depend on the modes: what was left by a sign step is judged by F as well.
double squared_residual(const UpdateSettings& update, const WeightMatrix& weight,
                        const WeightMatrix& data_gradient);

}  // namespace curb::train
