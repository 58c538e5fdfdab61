// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Networks, plans and models from one another.
#include "host/train/network_setup.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "host/data/message.hpp"
#include "host/train/class_weights.hpp"
#include "host/train/scheduled_updates.hpp"

namespace curb::train {
namespace {

using backend::Buffer;

OptimizerKind kind_of(Optimizer optimizer) {
  switch (optimizer) {
    case Optimizer::sgd:
      return OptimizerKind::sgd;
    case Optimizer::momentum:
      return OptimizerKind::momentum;
    case Optimizer::nesterov:
      return OptimizerKind::nesterov;
    case Optimizer::adagrad:
      return OptimizerKind::adagrad;
    case Optimizer::rmsprop:
      return OptimizerKind::rmsprop;
    case Optimizer::adam:
    case Optimizer::adamw:
      break;
  }
  return OptimizerKind::adam;
}

Group make_group(std::size_t layer, const UpdateSettings& update, Optimizer optimizer) {
  Group group;
  group.name = data::numbered("layers.", layer);
  group.modes = {.optimizer = kind_of(optimizer),
                 .l1 = update.l1_mode,
                 .l2 = update.l2_mode,
                 .max_norm = update.max_norm_mode,
                 .non_negative = update.non_negative};
  group.group_lasso_over = update.group_lasso_over;
  group.hyperparameters = hyperparameters_of(update);
  return group;
}

backend::ImageShape image_shape(const Settings& settings, const data::Dataset& data) {
  backend::ImageShape shape;
  if (settings.image) {
    shape = *settings.image;
  } else if (data.image.size() == 2) {
    shape = {static_cast<std::int32_t>(data.image[0]), static_cast<std::int32_t>(data.image[1])};
  } else {
    throw SettingError("image", "is missing: the data do not say what shape their images have");
  }
  if (std::int64_t{shape.height} * shape.width != static_cast<std::int64_t>(data.columns)) {
    throw SettingError("image", "of " + std::to_string(shape.height) + "x" +
                                    std::to_string(shape.width) + " pixels does not fit rows of " +
                                    std::to_string(data.columns) + " features");
  }
  return shape;
}

nn::Augmentation describe_augmentation(const Settings& settings, const data::Dataset& data) {
  if (settings.random_shift == 0.0f && settings.random_rotation == 0.0f) return {};
  return {.shape = image_shape(settings, data),
          .limits = {settings.random_shift, settings.random_rotation / 360.0f}};
}

}  // namespace

nn::NetworkDescription describe_network(const Settings& settings, const data::Dataset& data) {
  nn::NetworkDescription network;
  network.class_weights = class_weights(settings, data);
  network.augmentation = describe_augmentation(settings, data);
  network.loss = *settings.loss;
  network.input_noise = settings.input_noise;
  network.input_dropout = settings.input_dropout;
  auto fan_in = static_cast<std::int64_t>(data.columns);
  for (const std::int64_t size : settings.hidden) {
    network.layers.push_back({fan_in, size, settings.activation, settings.hidden_dropout});
    fan_in = size;
  }
  network.layers.push_back({fan_in, static_cast<std::int64_t>(output_count(data.schema))});
  return network;
}

Updates make_updates(backend::Backend& backend, nn::Network& network,
                     const std::vector<UpdateSettings>& layers, Optimizer optimizer,
                     const PlanOptions& options) {
  std::vector<Group> groups;
  int states = 0;
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    groups.push_back(make_group(layer, layers[layer], optimizer));
    states = std::max(states, state_count(groups.back().modes));
  }
  const nn::ParameterLayout& layout = network.layout();
  std::vector<Buffer<float>> state;
  for (int s = 0; s < states; ++s) state.emplace_back(backend, layout.size);
  const bool averages = layers.front().ema_decay > 0.0f;
  Buffer<float> average(backend, averages ? layout.size : 0);

  std::vector<Tensor> tensors;
  std::vector<const void*> gradients;
  for (std::size_t i = 0; i < layout.tensors.size(); ++i) {
    const nn::ParameterTensor& place = layout.tensors[i];
    float* const parameter = network.parameters().data() + place.offset;
    const std::size_t layer = i / 2;  // a weight and a bias each
    tensors.push_back(
        place.bias ? Tensor::vector(place.name, parameter, place.columns, layer)
                   : Tensor::matrix(place.name, parameter, place.rows, place.columns, layer));
    for (std::size_t s = 0; s < state.size(); ++s) {
      tensors.back().state[s] = state[s].data() + place.offset;
    }
    if (averages) tensors.back().ema = average.data() + place.offset;
    gradients.push_back(network.gradients().data() + place.offset);
  }
  Plan plan(backend.device(), std::move(groups), std::move(tensors), options);
  plan.bind_gradients(gradients, backend.stream());
  return {std::move(state), std::move(average), std::move(plan)};
}

WeightMatrix weights_of(const nn::ParameterLayout& layout, std::span<const float> arena,
                        std::size_t layer) {
  const nn::ParameterTensor& place = layout.weight(layer);
  return {static_cast<std::size_t>(place.rows), static_cast<std::size_t>(place.columns),
          arena.subspan(place.offset, place.size())};
}

std::vector<ModelLayer> model_layers(const nn::Network& network, std::span<const float> arena) {
  std::vector<ModelLayer> layers;
  for (std::size_t i = 0; i < network.description().layers.size(); ++i) {
    const WeightMatrix weight = weights_of(network.layout(), arena, i);
    const nn::ParameterTensor& place = network.layout().bias(i);
    const auto bias = arena.subspan(place.offset, place.size());
    layers.push_back({weight.fan_in,
                      weight.fan_out,
                      network.description().layers[i].activation,
                      {weight.values.begin(), weight.values.end()},
                      {bias.begin(), bias.end()}});
  }
  return layers;
}

nn::Network make_network(backend::Backend& backend, const Model& model, std::int64_t max_rows) {
  nn::NetworkDescription description;
  description.loss = model.loss;
  description.class_weights = model.class_weights;
  for (const ModelLayer& layer : model.layers) {
    description.layers.push_back({static_cast<std::int64_t>(layer.fan_in),
                                  static_cast<std::int64_t>(layer.fan_out), layer.activation});
  }
  nn::Network network(backend, std::move(description), max_rows, 0);
  std::vector<float> arena(network.layout().size, 0.0f);
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    const auto place = [&arena](const nn::ParameterTensor& tensor, const std::vector<float>& from) {
      std::copy(from.begin(), from.end(),
                arena.begin() + static_cast<std::ptrdiff_t>(tensor.offset));
    };
    place(network.layout().weight(i), model.layers[i].weight);
    place(network.layout().bias(i), model.layers[i].bias);
  }
  network.parameters().upload(arena);
  return network;
}

}  // namespace curb::train
