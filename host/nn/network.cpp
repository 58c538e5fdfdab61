// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/nn/network.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace curb::nn {

using backend::Buffer;
using backend::Clock;
using backend::LossSum;
using backend::RandomKey;
using backend::RandomStream;

namespace {

/// Dropout streams: of the inputs, then of the layers' outputs.
RandomKey dropout_key(std::uint64_t seed, std::size_t index) {
  return make_random_key(seed, RandomStream::dropout, static_cast<std::uint32_t>(index));
}

}  // namespace

Network::Network(backend::Backend& backend, NetworkDescription description, std::int64_t max_rows,
                 std::uint64_t seed)
    : backend_(backend), description_(std::move(description)), max_rows_(max_rows), seed_(seed) {
  validate(description_);
  if (max_rows < 1) throw Error("a network needs room for at least one row");
  layout_ = make_parameter_layout(description_.layers);
  parameters_ = Buffer<float>(backend, layout_.size);
  gradients_ = Buffer<float>(backend, layout_.size);
  class_weights_ = Buffer<float>(backend, description_.class_weights.size());
  class_weights_.upload(description_.class_weights);
  const auto rows = static_cast<std::size_t>(max_rows);
  if (description_.augmentation.is_on() || description_.input_noise > 0.0f ||
      description_.input_dropout > 0.0f) {
    disturbed_input_ =
        Buffer<float>(backend, rows * static_cast<std::size_t>(description_.inputs()));
  }
  for (const LayerDescription& layer : description_.layers) {
    const std::size_t size = rows * static_cast<std::size_t>(layer.fan_out);
    Layer& memory = layers_.emplace_back();
    memory.output = Buffer<float>(backend, size);
    memory.delta = Buffer<float>(backend, size);
    if (needs_pre_activation(layer.activation)) {
      memory.pre_activation = Buffer<float>(backend, size);
    }
    if (layer.dropout > 0.0f) memory.dropped = Buffer<float>(backend, size);
    memory.notes =
        Buffer<std::byte>(backend, backend.dense_notes_bytes({.rows = max_rows,
                                                              .fan_in = layer.fan_in,
                                                              .fan_out = layer.fan_out,
                                                              .activation = layer.activation}));
  }
}

void Network::initialise(const Initialisation& initialisation) {
  parameters_.upload(initial_parameters(layout_, initialisation, seed_));
}

const float* Network::predict(const float* input, std::int64_t rows) {
  check_rows(rows);
  forward(input, rows, nullptr);
  return layers_.back().output.data();
}

void Network::evaluate(const float* input, const Targets& targets, std::int64_t rows,
                       LossSum* sum) {
  predict(input, rows);
  add_loss(targets, rows, nullptr, sum);
}

void Network::compute_gradients(const float* input, const Targets& targets, std::int64_t rows,
                                const Clock* clock, LossSum* sum) {
  check_rows(rows);
  const float* disturbed = disturb(input, rows, clock);
  forward(disturbed, rows, clock);
  add_loss(targets, rows, layers_.back().delta.data(), sum);
  backward(disturbed, rows, clock);
}

void Network::check_rows(std::int64_t rows) const {
  if (rows < 0 || rows > max_rows_) {
    throw std::invalid_argument("a batch of " + std::to_string(rows) +
                                " rows for a network with room for " + std::to_string(max_rows_));
  }
}

const float* Network::kept(std::size_t layer) const {
  const Layer& memory = layers_[layer];
  return needs_pre_activation(description_.layers[layer].activation) ? memory.pre_activation.data()
                                                                     : memory.output.data();
}

const float* Network::seen(std::size_t layer, const float* input) const {
  if (layer == 0) return input;
  const Layer& below = layers_[layer - 1];
  return description_.layers[layer - 1].dropout > 0.0f ? below.dropped.data() : below.output.data();
}

void Network::drop(std::size_t layer, const float* x, float* y, std::int64_t rows,
                   const Clock* clock) {
  const LayerDescription& description = description_.layers[layer];
  backend_.dropout({.randomness = {dropout_key(seed_, 1 + layer), clock},
                    .probability = description.dropout,
                    .x = x,
                    .y = y,
                    .count = rows * description.fan_out});
}

const float* Network::disturb(const float* input, std::int64_t rows, const Clock* clock) {
  const float* x = input;
  float* y = disturbed_input_.data();
  const std::int64_t count = rows * description_.inputs();
  if (description_.augmentation.is_on()) {
    backend_.move_images({.randomness = {make_random_key(seed_, RandomStream::augmentation), clock},
                          .limits = description_.augmentation.limits,
                          .shape = description_.augmentation.shape,
                          .x = x,
                          .y = y,
                          .images = rows});
    x = y;
  }
  if (description_.input_noise > 0.0f) {
    backend_.add_gaussian_noise(
        {.randomness = {make_random_key(seed_, RandomStream::input_noise), clock},
         .deviation = description_.input_noise,
         .x = x,
         .y = y,
         .count = count});
    x = y;
  }
  if (description_.input_dropout > 0.0f) {
    backend_.dropout({.randomness = {dropout_key(seed_, 0), clock},
                      .probability = description_.input_dropout,
                      .x = x,
                      .y = y,
                      .count = count});
    x = y;
  }
  return x;
}

void Network::forward(const float* input, std::int64_t rows, const Clock* clock) {
  const float* x = input;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const LayerDescription& layer = description_.layers[i];
    Layer& memory = layers_[i];
    backend_.dense_forward({.rows = rows,
                            .fan_in = layer.fan_in,
                            .fan_out = layer.fan_out,
                            .input = x,
                            .weight = parameter(layout_.weight(i)),
                            .bias = parameter(layout_.bias(i)),
                            .activation = layer.activation,
                            .output = memory.output.data(),
                            .pre_activation = memory.pre_activation.data(),
                            .notes = memory.notes.data()});
    x = memory.output.data();
    if (clock != nullptr && layer.dropout > 0.0f) {
      drop(i, x, memory.dropped.data(), rows, clock);
      x = memory.dropped.data();
    }
  }
}

void Network::backward(const float* input, std::int64_t rows, const Clock* clock) {
  const std::size_t last = layers_.size() - 1;
  backend_.activation_backward({.activation = description_.layers[last].activation,
                                .kept = kept(last),
                                .delta = layers_[last].delta.data(),
                                .count = rows * description_.outputs()});
  for (std::size_t i = layers_.size(); i-- > 0;) {
    const LayerDescription& layer = description_.layers[i];
    backend_.dense_backward_weights({.rows = rows,
                                     .fan_in = layer.fan_in,
                                     .fan_out = layer.fan_out,
                                     .delta = layers_[i].delta.data(),
                                     .input = seen(i, input),
                                     .weight_gradient = gradient(layout_.weight(i)),
                                     .bias_gradient = gradient(layout_.bias(i)),
                                     .notes = layers_[i].notes.data()});
    if (i == 0) break;
    const LayerDescription& below = description_.layers[i - 1];
    float* delta_below = layers_[i - 1].delta.data();
    backend_.dense_backward_input({.rows = rows,
                                   .fan_in = layer.fan_in,
                                   .fan_out = layer.fan_out,
                                   .delta = layers_[i].delta.data(),
                                   .weight = parameter(layout_.weight(i)),
                                   .activation = below.activation,
                                   .kept = kept(i - 1),
                                   .input_delta = delta_below,
                                   .notes = layers_[i].notes.data(),
                                   .notes_below = layers_[i - 1].notes.data()});
    if (below.dropout > 0.0f) drop(i - 1, delta_below, delta_below, rows, clock);
  }
}

void Network::add_loss(const Targets& targets, std::int64_t rows, float* delta, LossSum* sum) {
  const bool labelled = targets.labels != nullptr;
  if (labelled == (targets.values != nullptr)) {
    throw std::invalid_argument("targets are either labels or values");
  }
  if (description_.loss == Loss::softmax_cross_entropy && !labelled) {
    throw std::invalid_argument("softmax_cross_entropy takes labels");
  }
  backend_.loss({.loss = description_.loss,
                 .rows = rows,
                 .outputs = description_.outputs(),
                 .output = layers_.back().output.data(),
                 .labels = targets.labels,
                 .targets = targets.values,
                 .class_weights = labelled ? class_weights_.data() : nullptr,
                 .delta = delta,
                 .sum = sum});
}

}  // namespace curb::nn
