// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// From settings to a network and the plan of its updates, and from a network to a model and back.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "host/backend/backend.hpp"
#include "host/data/dataset.hpp"
#include "host/nn/network.hpp"
#include "host/train/model_file.hpp"
#include "host/train/objective.hpp"
#include "host/train/settings.hpp"

namespace curb::train {

/// Throws SettingError where images are to be moved whose shape is not known.
nn::NetworkDescription describe_network(const Settings& settings, const data::Dataset& data);

/// A plan, with the arenas that it refers to, each as long as the network's.
struct Updates {
  std::vector<backend::Buffer<float>> state;  ///< the optimiser's
  backend::Buffer<float> average;             ///< of the parameters; empty without ema_decay
  Plan plan;
};

/// One group per layer; the biases are free of every penalty. The gradients are the network's, and
/// bound; the average must begin as a copy of the parameters. The network must outlive the plan.
Updates make_updates(backend::Backend& backend, nn::Network& network,
                     const std::vector<UpdateSettings>& layers, Optimizer optimizer,
                     const PlanOptions& options = {});

/// The weights of a layer within an arena, of parameters or of gradients.
WeightMatrix weights_of(const nn::ParameterLayout& layout, std::span<const float> arena,
                        std::size_t layer);

/// The layers of a model, from an arena of parameters.
std::vector<ModelLayer> model_layers(const nn::Network& network, std::span<const float> arena);

/// A network that computes what `model` does, for batches of up to `max_rows`.
nn::Network make_network(backend::Backend& backend, const Model& model, std::int64_t max_rows);

}  // namespace curb::train
