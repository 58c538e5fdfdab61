// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Runs a study: every row with every seed.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/backend/backend.hpp"
#include "host/reproduce/study.hpp"
#include "host/train/trainer.hpp"

namespace curb::reproduce {

/// What one training gave. The figures are in percent, of what the study measures.
struct RunResult {
  std::uint64_t seed = 0;
  double figure = 0.0;     ///< as the study reads it
  std::int64_t epoch = 0;  ///< that it was read at
  double last = 0.0;       ///< of the weights that the run keeps
  double seconds = 0.0;    ///< of training and of the looks at other rows
};

struct RowResult {
  std::string configuration;  ///< as for `curb train --config`, with the first seed
  std::vector<RunResult> runs;
};

struct StudyResult {
  std::vector<RowResult> rows;  ///< in the study's order
};

/// A run's loss was no longer finite; the message names row and seed.
class Diverged : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Ended from outside.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

/// Who looks on. Everything may be empty.
struct StudyWatch {
  /// Called before each run, with its resolved settings; what it gives is the run's observer, whose
  /// `interrupted` is not looked at.
  std::function<train::Observer(const Row&, const train::Settings&)> on_start;
  /// Called after each run, with all results so far.
  std::function<void(const StudyResult&)> on_end;
  const std::atomic<bool>* interrupted = nullptr;
};

/// Throws Diverged, Interrupted, data::DataError and train::SettingError.
StudyResult run_study(const Study& study, backend::Backend& backend, const StudyWatch& watch = {});

}  // namespace curb::reproduce
