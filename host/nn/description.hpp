// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a dense network is: plain data.
#pragma once

#include <cstdint>
#include <vector>

#include "host/backend/backend.hpp"

namespace curb::nn {

using backend::Activation;
using backend::Loss;

struct LayerDescription {
  std::int64_t fan_in = 0;   ///< 1 to 2^31 - 1
  std::int64_t fan_out = 0;  ///< 1 to 2^31 - 1
  Activation activation = Activation::identity;
  /// The probability with which an output of the layer is dropped in training, in [0, 1); of a
  /// hidden layer only.
  float dropout = 0.0f;
};

/// Random motions of the inputs in training, which are images.
struct Augmentation {
  backend::ImageShape shape;
  backend::ImageMotionLimits limits;

  bool is_on() const { return limits.shift > 0.0f || limits.turns > 0.0f; }
};

struct NetworkDescription {
  std::vector<LayerDescription> layers;  ///< from the input to the output
  /// The two cross-entropies apply their softmax or sigmoid themselves: the last layer's activation
  /// is then identity, and the network's outputs are logits.
  Loss loss = Loss::softmax_cross_entropy;
  /// One per output and positive: a sample's loss is multiplied by its label's; empty: none.
  std::vector<float> class_weights{};
  Augmentation augmentation{};  ///< of the inputs as they come, before any noise
  float input_noise = 0.0f;     ///< deviation of Gaussian noise on the inputs in training; >= 0
  float input_dropout = 0.0f;   ///< the probability with which an input is dropped, after the noise

  std::int64_t inputs() const { return layers.front().fan_in; }
  std::int64_t outputs() const { return layers.back().fan_out; }
};

/// Throws curb::Error, naming the layer and what is wrong with it.
void validate(const NetworkDescription& description);

}  // namespace curb::nn
