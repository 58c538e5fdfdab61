// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A trained model with all that is needed to use it on new data, as a safetensors file.
//
// Tensors: layers.0.weight [fan_out, fan_in], layers.0.bias [fan_out], and so on; and, where
// features were standardised, standardisation.mean and .scale [features]. Metadata: "curb" (the
// version of this layout), "schema" and "network" (JSON), "configuration" (the run's settings in
// TOML, for people and for doing it again). A committee is one file as well: its tensors are
// members.0.layers.0.weight and so on, and its layout another version, which older programs refuse.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/backend/backend.hpp"
#include "host/data/dataset.hpp"
#include "host/data/standardisation.hpp"

namespace curb::train {

struct ModelLayer {
  std::size_t fan_in = 0;
  std::size_t fan_out = 0;
  backend::Activation activation = backend::Activation::identity;
  std::vector<float> weight;  ///< [fan_out, fan_in]
  std::vector<float> bias;    ///< [fan_out]
};

struct Model {
  data::Schema schema;
  std::optional<data::Standardisation> standardisation;
  backend::Loss loss = backend::Loss::softmax_cross_entropy;
  std::vector<float> class_weights{};  ///< of the loss: one per class, or none
  std::vector<ModelLayer> layers;      ///< the features' first; one or more
  std::string configuration;
};

/// How many numbers a model for data of this kind gives for each row.
std::size_t output_count(const data::Schema& schema);

/// Writes the file, whole or not at all. Throws data::DataError.
void save_model(const std::string& path, const Model& model);

/// The same for one model or more, which differ in their weights alone; the configuration is the
/// first one's.
void save_committee(const std::string& path, std::span<const Model> members);

/// Throws data::DataError, which names the file and the tensor or the key at fault, unless the file
/// is a model as above whose parts fit together; so too for a committee.
Model load_model(const std::string& path);

/// The members of a committee; one for a file with a model alone. Throws as above.
std::vector<Model> load_committee(const std::string& path);

}  // namespace curb::train
