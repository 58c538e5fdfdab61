// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/nn/description.hpp"

#include <cmath>
#include <limits>
#include <string>

namespace curb::nn {
namespace {

constexpr std::int64_t kLargestFan = std::numeric_limits<std::int32_t>::max();

void check_fan(const std::string& layer, const char* name, std::int64_t fan) {
  if (fan < 1 || fan > kLargestFan) {
    throw Error(layer + ": " + name + " must be in [1, 2^31 - 1], not " + std::to_string(fan));
  }
}

void check_probability(const std::string& name, float probability) {
  if (!(probability >= 0.0f && probability < 1.0f)) {
    throw Error(name + " must be in [0, 1), not " + std::to_string(probability));
  }
}

void check_augmentation(const Augmentation& augmentation, std::int64_t inputs) {
  if (!augmentation.is_on()) return;
  constexpr std::int32_t kLongestSide = 1 << 20;
  const auto& [height, width] = augmentation.shape;
  if (height < 1 || width < 1 || height > kLongestSide || width > kLongestSide ||
      std::int64_t{height} * width != inputs) {
    throw Error("images of " + std::to_string(height) + " x " + std::to_string(width) +
                " pixels for a network with " + std::to_string(inputs) + " inputs");
  }
  const auto& [shift, turns] = augmentation.limits;
  if (!(shift >= 0.0f && std::isfinite(shift))) {
    throw Error("the augmentation's shift must be finite and not negative, not " +
                std::to_string(shift));
  }
  if (!(turns >= 0.0f && turns <= 0.5f)) {
    throw Error("the augmentation's turns must be in [0, 1/2], not " + std::to_string(turns));
  }
}

void check_class_weights(const NetworkDescription& description) {
  const std::vector<float>& weights = description.class_weights;
  if (weights.empty()) return;
  if (static_cast<std::int64_t>(weights.size()) != description.outputs()) {
    throw Error(std::to_string(weights.size()) + " class weights for " +
                std::to_string(description.outputs()) + " outputs");
  }
  for (const float weight : weights) {
    if (weight > 0.0f && std::isfinite(weight)) continue;
    throw Error("class weights must be positive and finite, not " + std::to_string(weight));
  }
}

bool takes_logits(Loss loss) {
  return loss == Loss::softmax_cross_entropy || loss == Loss::sigmoid_cross_entropy;
}

}  // namespace

void validate(const NetworkDescription& description) {
  if (description.layers.empty()) throw Error("a network needs at least one layer");
  for (std::size_t i = 0; i < description.layers.size(); ++i) {
    const LayerDescription& layer = description.layers[i];
    const std::string name = "layer " + std::to_string(i);
    check_fan(name, "fan_in", layer.fan_in);
    check_fan(name, "fan_out", layer.fan_out);
    if (i > 0 && layer.fan_in != description.layers[i - 1].fan_out) {
      throw Error(name + ": fan_in is " + std::to_string(layer.fan_in) +
                  ", but the layer before has fan_out " +
                  std::to_string(description.layers[i - 1].fan_out));
    }
    check_probability(name + ": dropout", layer.dropout);
  }
  const LayerDescription& last = description.layers.back();
  if (last.dropout > 0.0f) throw Error("the last layer's outputs are the answer: no dropout there");
  if (takes_logits(description.loss) && last.activation != Activation::identity) {
    throw Error("a cross-entropy loss takes logits: the last layer's activation must be identity");
  }
  check_class_weights(description);
  check_augmentation(description.augmentation, description.inputs());
  check_probability("input_dropout", description.input_dropout);
  if (!(description.input_noise >= 0.0f && std::isfinite(description.input_noise))) {
    throw Error("input_noise must be finite and not negative, not " +
                std::to_string(description.input_noise));
  }
}

}  // namespace curb::nn
