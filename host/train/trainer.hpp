// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The training loop: epochs, reports, and the ways in which a run ends.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "host/backend/backend.hpp"
#include "host/data/open.hpp"
#include "host/train/checkpoint.hpp"
#include "host/train/metrics.hpp"
#include "host/train/model_file.hpp"
#include "host/train/settings.hpp"

namespace curb::train {

/// How far a run is.
struct Position {
  std::int64_t epoch = 0;  ///< from 1
  std::int64_t step = 0;   ///< of the epoch, from 1
  std::int64_t steps = 0;  ///< in each epoch
};

struct Observer {
  std::function<void(const Position&)> on_step{};  ///< after each step was asked for
  std::function<void(const EpochMetrics&)> on_report{};
  /// As often as the settings say, and when the run is interrupted; before the report of a part of
  /// an epoch that an interrupted run ends with. Of finite weights only.
  std::function<void(Checkpoint)> on_checkpoint{};
  /// Set by a signal handler: the run finishes its step and ends.
  const std::atomic<bool>* interrupted = nullptr;
};

enum class Ending : std::uint8_t {
  all_epochs,   ///< as many as were asked for
  patience,     ///< the validation loss got no better; the best weights were restored
  tolerance,    ///< the residual fell below it
  diverged,     ///< the loss or a weight was no longer finite; the last good weights were restored
  interrupted,  ///< from outside
};

/// What a run leaves. The evaluations are of the model that is kept.
struct Outcome {
  Ending ending = Ending::all_epochs;
  std::int64_t epochs = 0;      ///< begun
  std::int64_t kept_epoch = 0;  ///< at whose end the model's weights stood; 0: initial weights
  std::uint64_t steps = 0;
  double seconds = 0.0;
  double samples_per_second = 0.0;  ///< of training, over the whole run
  Model model;

  Evaluation train;  ///< of all training rows; penalty + its loss is what training minimises
  double penalty = 0.0;
  std::optional<double> residual;           ///< absolute; absent under dropout or noise
  std::optional<double> relative_residual;  ///< to the residual before the first step
  std::optional<Evaluation> validation;
  std::optional<Evaluation> test;  ///< looked at, but nothing is ever chosen by it
  std::vector<LayerMetrics> layers;
};

/// Throws SettingError or curb::Error for settings (resolved) that do not fit the data, as train
/// does; so that it can be known before anything is written.
void check_fits(const Settings& settings, const data::DataSets& data);

/// Trains a network for `data` on `backend`. `settings` must be resolved. Throws curb::Error for
/// settings that the library refuses; what the observer throws passes through. With a checkpoint
/// the run goes on from there, to the same bits as if it had never stopped (on a backend of the
/// same signature); throws data::DataError for one of other settings or other data.
Outcome train(const Settings& settings, const data::DataSets& data, backend::Backend& backend,
              const Observer& observer = {}, const Checkpoint* checkpoint = nullptr);

}  // namespace curb::train
