// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a run reports: one object for each epoch, and one at its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "host/train/objective.hpp"

namespace curb::train {

/// Means over the rows of a data set, without dropout or noise.
struct Evaluation {
  double loss = 0.0;
  std::optional<double> accuracy;  ///< where the task and the loss have one
};

/// The weights of one layer, counted. Zero means exactly zero.
struct LayerMetrics {
  std::size_t weights = 0;
  std::size_t zeros = 0;
  double fraction_zero = 0.0;
  double max_incoming_norm = 0.0;
  std::size_t dead_neurons = 0;   ///< all incoming weights are zero: the output is a constant
  std::size_t unused_inputs = 0;  ///< all outgoing weights are zero: nothing depends on it
};

LayerMetrics measure(const WeightMatrix& weight);

/// With ema_decay, all that is said of weights and evaluations is of the averaged ones.
struct EpochMetrics {
  std::optional<std::size_t> member{};  ///< of a committee, from 0
  std::int64_t epoch = 0;               ///< from 1; 0 before the first
  std::uint64_t step = 0;               ///< updates so far
  double seconds = 0.0;                 ///< since training began, looking at other data included
  double samples_per_second = 0.0;      ///< since the last report
  double learning_rate = 0.0;           ///< of the first layer, in the last update
  /// The mean over the epoch's rows as they were trained on: under dropout and noise, each before
  /// the update that it led to.
  double data_loss = 0.0;
  double penalty = 0.0;  ///< at the end of the epoch, with the coefficients of the last update
  /// Of the last update's data loss, before clipping; where it is clipped.
  std::optional<double> gradient_norm;
  std::optional<double> residual;  ///< relative to the first one; with a tolerance only
  std::optional<Evaluation> validation;
  std::optional<Evaluation> test;
  std::vector<LayerMetrics> layers;
};

/// Adds ROWS_loss and, where there is one, ROWS_accuracy to an object.
void add_to(nlohmann::ordered_json& json, const std::string& rows, const Evaluation& evaluation);

nlohmann::ordered_json to_json(const EpochMetrics& metrics);
nlohmann::ordered_json to_json(const std::vector<LayerMetrics>& layers);

}  // namespace curb::train
