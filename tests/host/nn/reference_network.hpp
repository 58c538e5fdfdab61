// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A dense network in double precision: only its loss, straight from the definitions. Gradients are
// central differences of that, so that no mistake in a backward pass can be made twice.
#pragma once

#include <cstdint>
#include <vector>

#include "host/nn/network.hpp"

namespace curb::testing {

/// Inputs and targets of a batch on the host, and what noise and dropout did to it.
struct ReferenceBatch {
  std::int64_t rows = 0;
  std::vector<float> input;          ///< [rows, inputs]
  std::vector<std::int32_t> labels;  ///< [rows], or
  std::vector<float> targets;        ///< [rows, outputs]
  std::vector<float> moved;          ///< takes the place of the input; empty: not moved
  std::vector<float> noise;          ///< added to the input; empty: none
  /// Multiplied into the input and into the output of each layer; an empty one: none.
  std::vector<std::vector<float>> multipliers;
};

/// The mean loss of the batch. `parameters`: an arena in the layout of the network.
double reference_loss(const nn::NetworkDescription& description,
                      const std::vector<double>& parameters, const ReferenceBatch& batch);

/// Its gradient: an arena whose gaps are zero.
std::vector<double> reference_gradient(const nn::NetworkDescription& description,
                                       std::vector<double> parameters, const ReferenceBatch& batch);

}  // namespace curb::testing
