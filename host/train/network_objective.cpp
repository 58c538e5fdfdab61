// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/train/network_objective.hpp"

#include <cmath>
#include <cstddef>

#include "host/train/network_setup.hpp"
#include "host/train/objective.hpp"

namespace curb::train {

double penalty(const std::vector<UpdateSettings>& layers, const nn::ParameterLayout& layout,
               std::span<const float> parameters) {
  double sum = 0.0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    sum += penalty(layers[i], weights_of(layout, parameters, i));
  }
  return sum;
}

double residual(const std::vector<UpdateSettings>& layers, const nn::ParameterLayout& layout,
                std::span<const float> parameters, std::span<const float> data_gradient) {
  double sum = 0.0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    sum += squared_residual(layers[i], weights_of(layout, parameters, i),
                            weights_of(layout, data_gradient, i));
    const nn::ParameterTensor& bias = layout.bias(i);
    for (std::size_t k = 0; k < bias.size(); ++k) {
      const double g = data_gradient[bias.offset + k];
      sum += g * g;
    }
  }
  return std::sqrt(sum);
}

std::vector<LayerMetrics> measure(const nn::ParameterLayout& layout,
                                  std::span<const float> parameters) {
  std::vector<LayerMetrics> layers;
  for (std::size_t i = 0; i < layout.tensors.size() / 2; ++i) {  // a weight and a bias each
    layers.push_back(measure(weights_of(layout, parameters, i)));
  }
  return layers;
}

}  // namespace curb::train
