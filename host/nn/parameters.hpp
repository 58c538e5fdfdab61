// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Where a network's parameters lie in their arena, and likewise their gradients and whatever an
// optimiser keeps beside them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "host/nn/description.hpp"

namespace curb::nn {

struct ParameterTensor {
  std::string name;          ///< "layers.0.weight", "layers.0.bias", ...
  std::size_t offset = 0;    ///< of its first value in the arena, a multiple of 64
  std::int64_t rows = 0;     ///< a weight is [fan_out, fan_in], a bias [1, fan_out]
  std::int64_t columns = 0;  ///< row-major, contiguous
  bool bias = false;

  std::size_t size() const { return static_cast<std::size_t>(rows * columns); }
};

/// One arena for all tensors. They lie in the order in which a backward pass fills their gradients,
/// the last layer first, so that what is ready is always a prefix; the gaps between them stay zero.
struct ParameterLayout {
  std::vector<ParameterTensor> tensors;  ///< weight and bias of layer 0, of layer 1, ...
  std::size_t size = 0;                  ///< of the arena, in values

  const ParameterTensor& weight(std::size_t layer) const { return tensors[2 * layer]; }
  const ParameterTensor& bias(std::size_t layer) const { return tensors[2 * layer + 1]; }
};

ParameterLayout make_parameter_layout(const std::vector<LayerDescription>& layers);

}  // namespace curb::nn
