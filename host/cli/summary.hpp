// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The results of a training run, for people and for programs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "host/data/open.hpp"
#include "host/train/ensemble.hpp"
#include "host/train/trainer.hpp"

namespace curb::cli {

/// Several lines. `folder`: where the run was kept; empty for nowhere.
std::string summary(const train::Settings& settings, const data::DataSets& data,
                    const train::Outcome& outcome, const std::string& folder);

nlohmann::ordered_json summary_json(const train::Settings& settings, const data::DataSets& data,
                                    const train::Outcome& outcome, const std::string& folder);

/// The same of a committee.
std::string summary(const train::Settings& settings, const data::DataSets& data,
                    const train::EnsembleOutcome& outcome, const std::string& folder);

nlohmann::ordered_json summary_json(const train::Settings& settings, const data::DataSets& data,
                                    const train::EnsembleOutcome& outcome,
                                    const std::string& folder);

/// "loss 0.1834, accuracy 0.9533"
std::string to_text(const train::Evaluation& evaluation);

}  // namespace curb::cli
