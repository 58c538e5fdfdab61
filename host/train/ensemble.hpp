// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A committee from one set of settings: networks that differ in their seeds alone.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
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

/// A committee that was stopped, as far as it has come.
struct CommitteeStart {
  std::vector<Outcome> members;  ///< that ended well, by seed
  /// Of the member after them; without parameters where it begins. Absent: a new committee.
  std::optional<Checkpoint> checkpoint;
};

/// Is told of the members so far whenever one more has ended well, and given a checkpoint without
/// parameters from which the next one begins.
using MemberObserver = std::function<void(std::span<const Outcome>, Checkpoint)>;

/// The settings of one member: those of the committee but for the seed.
Settings member_settings(const Settings& committee, std::size_t member);

/// The models of the members, for a file. All have the configuration of the committee.
std::vector<Model> models_of(std::span<const Outcome> members);

/// Trains `settings.ensemble` networks one after the other, of seeds `settings.seed` and those
/// after it, on the same rows, validation rows among them. A member that diverges or is interrupted
/// is the last. Reports have their member's number, and checkpoints are of the member under way.
/// With a start it goes on from there, to the same bits as if it had never stopped. Throws as train
/// does.
EnsembleOutcome train_ensemble(const Settings& settings, const data::DataSets& data,
                               backend::Backend& backend, const Observer& observer = {},
                               const MemberObserver& on_member = {}, CommitteeStart start = {});

}  // namespace curb::train
