// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Training a committee, member by member.
#include "host/train/ensemble.hpp"

#include <cstddef>
#include <cstdint>

#include "host/train/committee.hpp"
#include "host/train/device_rows.hpp"

namespace curb::train {
namespace {

Observer observe_member(const Observer& observer, std::size_t member) {
  Observer own = observer;
  own.on_checkpoint = nullptr;  // one member's would not be enough to go on from
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

}  // namespace

std::vector<Model> models_of(const EnsembleOutcome& outcome) {
  std::vector<Model> models;
  for (const Outcome& member : outcome.members) models.push_back(member.model);
  return models;
}

EnsembleOutcome train_ensemble(const Settings& settings, const data::DataSets& data,
                               backend::Backend& backend, const Observer& observer) {
  EnsembleOutcome outcome;
  Settings own = settings;
  for (std::int64_t m = 0; m < settings.ensemble; ++m) {
    own.seed = settings.seed + static_cast<std::uint64_t>(m);
    outcome.members.push_back(
        train(own, data, backend, observe_member(observer, outcome.members.size())));
    outcome.members.back().model.configuration = to_toml(settings);
    if (!ended_well(outcome.members.back())) break;
  }
  const std::vector<Model> models = models_of(outcome);
  outcome.train = evaluate(backend, models, DeviceRows(backend, data.train));
  if (data.validation) {
    outcome.validation = evaluate(backend, models, DeviceRows(backend, *data.validation));
  }
  if (data.test) outcome.test = evaluate(backend, models, DeviceRows(backend, *data.test));
  return outcome;
}

}  // namespace curb::train
