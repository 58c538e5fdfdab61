// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A run as it stands between two steps: with the settings and the data, all that the rest of it
// depends on. What is drawn at random is named by the seed, the epoch and the step, and so are
// schedules' values; neither has a state of its own.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "host/backend/backend.hpp"
#include "host/data/open.hpp"
#include "host/train/epoch.hpp"
#include "host/train/model_file.hpp"
#include "host/train/settings.hpp"

namespace curb::train {

/// Weights that may be wanted again.
struct Snapshot {
  std::int64_t epoch = 0;         ///< at whose end they stood
  std::vector<float> parameters;  ///< in the layout of the network's arena; what would be kept
};

/// What a run remembers from one report to the next.
struct Progress {
  std::int64_t epoch = 1;  ///< the one under way, from 1; between two, the next one
  Snapshot latest;         ///< at the last report whose loss and weights were finite
  Snapshot best;           ///< by validation loss; with early stopping only, else of epoch 0
  double best_loss = std::numeric_limits<double>::infinity();
  double first_residual = 1.0;         ///< before the first step; with a tolerance only
  double gradient_norm = 0.0;          ///< of the last step before the checkpoint, if measured
  double training_seconds = 0.0;       ///< up to the last report, without reports
  std::uint64_t samples_reported = 0;  ///< up to the last report
};

/// Without parameters: of a run that has not begun.
struct Checkpoint {
  std::string source{};  ///< the file that it was read from, for messages

  std::string configuration;           ///< of the run, in TOML
  std::uint32_t data_fingerprint = 0;  ///< of all rows, those for validation and test included
  std::string backend;                 ///< Backend::signature()
  std::string tuning;                  ///< Backend::tuning()

  Progress progress;
  StepCount count{};
  std::vector<float> parameters;
  /// Arenas like that of the parameters; with ema_decay the last one is the average.
  std::vector<std::vector<float>> optimizer_state{};
  std::vector<GroupState> groups{};

  double seconds = 0.0;               ///< since training began
  double seconds_since_report = 0.0;  ///< of training
  std::uint64_t metrics_bytes = 0;    ///< the length of metrics.jsonl
};

/// A checksum of what the three data sets hold, names and standardisation included.
std::uint32_t fingerprint(const data::DataSets& data);
/// And of a model's weights and biases.
std::uint32_t fingerprint(const Model& model);

/// Those of the run, resolved. Throws data::DataError and SettingError.
Settings settings_of(const Checkpoint& checkpoint);

/// The settings of `run` that differ in `rest`, which is to go on with it, and must not: all but
/// those that decide how long the run is, where it is computed or what is kept of it, and no bit of
/// a step. With a schedule that is made to the length of the run its epochs are among the former,
/// and so are those of a committee, whose members have as many each.
std::vector<std::string> refused_changes(const Settings& run, const Settings& rest);

/// Throw data::DataError, which names the checkpoint's file, unless the checkpoint is of a run with
/// these settings, on these data, and was made on a backend that gives the same bits.
void require_same_settings(const Checkpoint& checkpoint, const Settings& settings);
void require_same_data(const Checkpoint& checkpoint, const data::DataSets& data);
void require_same_backend(const Checkpoint& checkpoint, const backend::Backend& backend);

/// Gives the backend what was tuned for it; not what was tuned for another. Throws data::DataError.
void apply_tuning(const Checkpoint& checkpoint, backend::Backend& backend);

}  // namespace curb::train
