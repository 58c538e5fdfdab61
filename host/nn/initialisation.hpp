// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What parameters are before the first step.
#pragma once

#include <cstdint>
#include <vector>

#include "host/nn/parameters.hpp"

namespace curb::nn {

/// How weights are drawn. Biases are zero where nothing is said of them.
enum class Initialiser : std::uint8_t {
  xavier,   ///< uniform within +-sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio 2010)
  he,       ///< normal, variance 2 / fan_in (He et al. 2015)
  lecun,    ///< normal, variance 1 / fan_in (LeCun et al. 1998)
  nielsen,  ///< as lecun, and biases normal of deviation 1 (Nielsen 2015, chapter 3)
  normal,   ///< weights and biases normal of a given deviation (Nielsen 2015, chapter 1: of 1)
};

struct Initialisation {
  Initialiser initialiser = Initialiser::xavier;
  float deviation = 1.0f;  ///< of Initialiser::normal
};

/// The arena's initial values. A tensor's depend on the seed, its place in the layout and its shape
/// only. Throws curb::Error for a deviation that is negative or not finite.
std::vector<float> initial_parameters(const ParameterLayout& layout,
                                      const Initialisation& initialisation, std::uint64_t seed);

}  // namespace curb::nn
