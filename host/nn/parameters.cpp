// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/nn/parameters.hpp"

namespace curb::nn {
namespace {

/// 256 bytes: what wide accesses and matrix products like best on every device.
constexpr std::size_t kAlignment = 64;

void place(ParameterTensor& tensor, std::size_t& end) {
  tensor.offset = end;
  end = (end + tensor.size() + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

ParameterLayout make_parameter_layout(const std::vector<LayerDescription>& layers) {
  ParameterLayout layout;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::string prefix = "layers." + std::to_string(i);
    layout.tensors.push_back(
        {.name = prefix + ".weight", .rows = layers[i].fan_out, .columns = layers[i].fan_in});
    layout.tensors.push_back(
        {.name = prefix + ".bias", .rows = 1, .columns = layers[i].fan_out, .bias = true});
  }
  for (std::size_t i = layers.size(); i-- > 0;) {
    place(layout.tensors[2 * i], layout.size);
    place(layout.tensors[2 * i + 1], layout.size);
  }
  return layout;
}

}  // namespace curb::nn
