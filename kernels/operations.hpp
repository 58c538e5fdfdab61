// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The single operations that the fused step is made of, each a launch of its own: for programs that
// have an optimiser already and want one exact regulariser beside it. Plain C++, no CUDA header.
//
// Arrays are float in device memory, owned by the caller; they may be misaligned and must stay
// valid until the stream has passed the launch. n = 0, rows = 0 and columns = 0 do nothing. A
// launch allocates nothing, waits for nothing and may be captured. Every function throws
// std::invalid_argument for a size or coefficient outside the range it states, and curb::CudaError
// when CUDA refuses the launch. NaN passes through all of them.
#pragma once

#include <cstdint>

#include "kernels/tensor_view.hpp"
#include "kernels/update.hpp"

namespace curb::kernels {

/// w -= eta (g + l2 w): a gradient step on the loss plus the penalty l2/2 |w|^2 (Krogh and Hertz
/// 1992). `weight` and `gradient`: n elements each, not overlapping. `learning_rate` (eta) carries
/// the units of weight / gradient; it and `l2` are finite.
void gradient_decay_step(float* weight, const float* gradient, std::int64_t n, float learning_rate,
                         float l2, Stream stream);

/// w -= step sign(w) with sign(0) = 0: a subgradient step on l1 |w|, where step = eta l1 in the
/// units of a weight, finite. A weight closer to zero than the step overshoots it, so no lasting
/// zeros come of it; soft_threshold makes them.
void l1_sign_step(float* weight, std::int64_t n, float step, Stream stream);

/// w = sign(w) max(|w| - threshold, 0), the proximal map of threshold |w| (Donoho 1995), where
/// threshold = eta l1 >= 0 in the units of a weight. A shrunk weight is +0. An infinite threshold
/// is allowed: it zeroes every finite weight (and makes an infinite one NaN).
void soft_threshold(float* weight, std::int64_t n, float threshold, Stream stream);

/// Where a neuron's incoming weights lie in a matrix stored [rows][leading_dimension].
enum class Incoming : std::uint8_t {
  row,     ///< neuron = row: [out, in], as in PyTorch
  column,  ///< neuron = column: [in, out], as in Keras and JAX
};

/// w_r *= max_norm / |w_r| for each neuron whose incoming vector is longer than max_norm: the
/// projection on the ball |w_r|_2 <= max_norm (Srebro and Shraibman 2005; Srivastava et al. 2014).
/// No epsilon: a vector inside the ball is not written, and one that was scaled is inside in exact
/// arithmetic, so that clamping it again changes nothing. A vector that holds NaN or infinity is
/// not written either. `weight`: rows x columns, the rows leading_dimension >= columns elements
/// apart; what lies between them is not touched. At most 2^31 - 1 neurons; 0 < max_norm <=
/// infinity. `statistics` may be null; otherwise it is device memory, to whose counters the scaled
/// and the non-finite vectors are added.
void max_norm_clamp(float* weight, std::int64_t rows, std::int64_t columns,
                    std::int64_t leading_dimension, Incoming incoming, float max_norm,
                    RowStatistics* statistics, Stream stream);

}  // namespace curb::kernels
