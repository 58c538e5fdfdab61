// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "tests/host/nn/reference_network.hpp"

#include "tests/host/backend/activations.hpp"
#include "tests/host/backend/losses.hpp"

namespace curb::testing {
namespace {

using Values = std::vector<double>;

void multiply(Values& values, const std::vector<std::vector<float>>& multipliers,
              std::size_t index) {
  if (index >= multipliers.size() || multipliers[index].empty()) return;
  for (std::size_t i = 0; i < values.size(); ++i) values[i] *= multipliers[index][i];
}

Values layer_output(const nn::LayerDescription& layer, const double* weight, const double* bias,
                    const Values& x, std::size_t rows) {
  const auto fan_in = static_cast<std::size_t>(layer.fan_in);
  const auto fan_out = static_cast<std::size_t>(layer.fan_out);
  Values y(rows * fan_out);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t j = 0; j < fan_out; ++j) {
      double z = bias[j];
      for (std::size_t k = 0; k < fan_in; ++k) z += x[r * fan_in + k] * weight[j * fan_in + k];
      y[r * fan_out + j] = activate(layer.activation, z);
    }
  }
  return y;
}

Values target_of(const ReferenceBatch& batch, std::size_t row, std::size_t outputs) {
  Values target(outputs, 0.0);
  for (std::size_t j = 0; j < outputs && batch.labels.empty(); ++j) {
    target[j] = batch.targets[row * outputs + j];
  }
  if (!batch.labels.empty()) target[static_cast<std::size_t>(batch.labels[row])] = 1.0;
  return target;
}

}  // namespace

double reference_loss(const nn::NetworkDescription& description, const Values& parameters,
                      const ReferenceBatch& batch) {
  const nn::ParameterLayout layout = nn::make_parameter_layout(description.layers);
  const auto rows = static_cast<std::size_t>(batch.rows);
  const std::vector<float>& input = batch.moved.empty() ? batch.input : batch.moved;
  Values x(input.begin(), input.end());
  for (std::size_t i = 0; i < batch.noise.size(); ++i) x[i] += batch.noise[i];
  multiply(x, batch.multipliers, 0);
  for (std::size_t i = 0; i < description.layers.size(); ++i) {
    x = layer_output(description.layers[i], parameters.data() + layout.weight(i).offset,
                     parameters.data() + layout.bias(i).offset, x, rows);
    multiply(x, batch.multipliers, i + 1);
  }
  const auto outputs = static_cast<std::size_t>(description.outputs());
  double sum = 0.0;
  for (std::size_t r = 0; r < rows; ++r) {
    const auto first = x.begin() + static_cast<std::ptrdiff_t>(r * outputs);
    sum +=
        sample_loss(description.loss, Values(first, first + static_cast<std::ptrdiff_t>(outputs)),
                    target_of(batch, r, outputs));
  }
  return sum / static_cast<double>(rows);
}

Values reference_gradient(const nn::NetworkDescription& description, Values parameters,
                          const ReferenceBatch& batch) {
  constexpr double kStep = 1e-5;
  const nn::ParameterLayout layout = nn::make_parameter_layout(description.layers);
  Values gradient(layout.size, 0.0);
  for (const nn::ParameterTensor& tensor : layout.tensors) {
    for (std::size_t i = tensor.offset; i < tensor.offset + tensor.size(); ++i) {
      const double here = parameters[i];
      parameters[i] = here + kStep;
      const double above = reference_loss(description, parameters, batch);
      parameters[i] = here - kStep;
      const double below = reference_loss(description, parameters, batch);
      parameters[i] = here;
      gradient[i] = (above - below) / (2.0 * kStep);
    }
  }
  return gradient;
}

}  // namespace curb::testing
