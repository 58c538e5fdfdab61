// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Training a committee, member by member.
#include "host/train/ensemble.hpp"

#include <cstddef>
#include <string>
#include <utility>

#include "host/train/committee.hpp"
#include "host/train/device_rows.hpp"

namespace curb::train {
namespace {

Observer observe_member(const Observer& observer, std::size_t member) {
  Observer own = observer;
  if (observer.on_report) {
    own.on_report = [&observer, member](const EpochMetrics& metrics) {
      EpochMetrics named = metrics;
      named.member = member;
      observer.on_report(named);
    };
  }
  return own;
}

bool ended_well(const Outcome& outcome) {
  return outcome.ending != Ending::diverged && outcome.ending != Ending::interrupted;
}

/// From where a member begins: it is known by the seed, and needs the rest to be the same.
Checkpoint beginning_of_member(const Settings& settings, const data::DataSets& data,
                               const backend::Backend& backend) {
  Checkpoint checkpoint;
  checkpoint.configuration = to_toml(settings);
  checkpoint.data_fingerprint = fingerprint(data);
  checkpoint.backend = backend.signature();
  checkpoint.tuning = backend.tuning();
  return checkpoint;
}

}  // namespace

Settings member_settings(const Settings& committee, std::size_t member) {
  Settings own = committee;
  own.seed = committee.seed + member;
  return own;
}

std::vector<Model> models_of(std::span<const Outcome> members) {
  std::vector<Model> models;
  for (const Outcome& member : members) models.push_back(member.model);
  return models;
}

EnsembleOutcome train_ensemble(const Settings& settings, const data::DataSets& data,
                               backend::Backend& backend, const Observer& observer,
                               const MemberObserver& on_member, CommitteeStart start) {
  EnsembleOutcome outcome;
  outcome.members = std::move(start.members);
  const std::string configuration = to_toml(settings);  // perhaps on another device by now
  for (Outcome& member : outcome.members) member.model.configuration = configuration;
  // A member that begins goes by what was tuned for those before it, too.
  if (start.checkpoint) apply_tuning(*start.checkpoint, backend);
  const bool in_member = start.checkpoint && !start.checkpoint->parameters.empty();
  const Checkpoint* checkpoint = in_member ? &*start.checkpoint : nullptr;
  const auto members = static_cast<std::size_t>(settings.ensemble);
  for (std::size_t m = outcome.members.size(); m < members; ++m) {
    outcome.members.push_back(train(member_settings(settings, m), data, backend,
                                    observe_member(observer, m), checkpoint));
    checkpoint = nullptr;
    outcome.members.back().model.configuration = configuration;
    if (!ended_well(outcome.members.back())) break;
    if (on_member) on_member(outcome.members, beginning_of_member(settings, data, backend));
  }
  const std::vector<Model> models = models_of(outcome.members);
  outcome.train = evaluate(backend, models, DeviceRows(backend, data.train));
  if (data.validation) {
    outcome.validation = evaluate(backend, models, DeviceRows(backend, *data.validation));
  }
  if (data.test) outcome.test = evaluate(backend, models, DeviceRows(backend, *data.test));
  return outcome;
}

}  // namespace curb::train
