// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What training minimises, how far it is from a minimum, and what there is to count: of a whole
// network, from its arena of parameters. Biases are free of every penalty.
#pragma once

#include <span>
#include <vector>

#include "host/nn/parameters.hpp"
#include "host/train/metrics.hpp"
#include "host/train/settings.hpp"

namespace curb::train {

/// The sum of the layers' penalties, each with its own settings.
double penalty(const std::vector<UpdateSettings>& layers, const nn::ParameterLayout& layout,
               std::span<const float> parameters);

/// The norm of all layers' residuals together (squared_residual), with that of the biases, which is
/// their gradient.
double residual(const std::vector<UpdateSettings>& layers, const nn::ParameterLayout& layout,
                std::span<const float> parameters, std::span<const float> data_gradient);

/// Each layer's weights, counted.
std::vector<LayerMetrics> measure(const nn::ParameterLayout& layout,
                                  std::span<const float> parameters);

}  // namespace curb::train
