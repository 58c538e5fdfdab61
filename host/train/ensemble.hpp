// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A committee from one set of settings: networks that differ in their seeds alone.
#pragma once

#include <optional>
#include <vector>

#include "host/train/trainer.hpp"

namespace curb::train {

/// The evaluations are of the committee; each member's own are in its outcome.
struct EnsembleOutcome {
  std::vector<Outcome> members;  ///< by seed; of them all, only the last may have ended badly
  Evaluation train;
  std::optional<Evaluation> validation;
  std::optional<Evaluation> test;
};

/// The models of the members, for a file. All have the configuration of the committee.
std::vector<Model> models_of(const EnsembleOutcome& outcome);

/// Trains `settings.ensemble` networks one after the other, of seeds `settings.seed` and those
/// after it, on the same rows, validation rows among them. A member that diverges or is interrupted
/// is the last. Reports have their member's number. Throws as train does.
EnsembleOutcome train_ensemble(const Settings& settings, const data::DataSets& data,
                               backend::Backend& backend, const Observer& observer = {});

}  // namespace curb::train
