// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The element-wise ends of a dense layer on the CPU: bias and activation, its slope, column sums.
#pragma once

#include <cstdint>

#include "host/backend/backend.hpp"

namespace curb::backend {

/// values = activation(values + bias), [rows, width] in place; with `pre_activation` not null,
/// values + bias is kept there.
void add_bias_and_activate(Activation activation, const float* bias, std::int64_t rows,
                           std::int64_t width, float* values, float* pre_activation);

/// delta *= activation'(kept), as in ActivationBackward.
void multiply_by_slope(Activation activation, const float* kept, float* delta, std::int64_t count);

/// sums[j] = the sum over r of values[r stride + j] for j < columns, added up in double.
void sum_columns(const float* values, std::int64_t rows, std::int64_t stride, std::int64_t columns,
                 float* sums);

}  // namespace curb::backend
