// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A study: a table of settings to train with, several seeds each, beside the figures that somebody
// published for them.
//
//   title = "..."
//   source = "..."                  # who published what
//   measure = "test_error"          # or test_accuracy, validation_error, validation_accuracy; in %
//   reading = "last_epoch"          # or best_epoch, where that is the published rule
//   seeds = [1, 2, 3]
//   mnist = true                    # --data mnist:DIRECTORY is needed
//   [settings]                      # of every row, as in a configuration file
//   hidden = [30]
//   [[row]]
//   name = "with L2"
//   published = 3.51                # may be absent
//   tolerance = 0.4                 # may be absent; in points, of the mean
//   [row.settings]                  # of this row
//   l2 = 1e-4
//   [[claim]]                       # of two rows, that their intervals do not overlap
//   below = "with L2"
//   above = "without"
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/train/settings.hpp"

namespace curb::reproduce {

enum class Measure : std::uint8_t {
  test_accuracy,
  test_error,
  validation_accuracy,
  validation_error,
};

enum class Reading : std::uint8_t {
  last_epoch,  ///< of the weights that the run keeps; with early stopping, those it restores
  best_epoch,  ///< the best of all reports, by the very rows that are measured
};

struct Row {
  std::string name;
  train::Settings settings;  ///< not resolved: the seed is another in each run
  std::optional<double> published;
  std::optional<double> tolerance;
};

/// The mean of row `below` is below that of row `above`; each by its place among the rows.
struct Claim {
  std::size_t below = 0;
  std::size_t above = 0;
};

struct Study {
  std::string title;
  std::string source;
  Measure measure = Measure::test_accuracy;
  Reading reading = Reading::last_epoch;
  std::vector<std::uint64_t> seeds;
  bool mnist = false;
  /// Where a GPU is needed, what it would take without one; else empty.
  std::string without_gpu;
  std::vector<Row> rows;
  std::vector<Claim> claims;
};

/// Reads a study; `path` is what complaints begin with. Throws data::DataError for what is not TOML
/// and train::SettingError for what it says.
Study read_study(const std::string& text, const std::string& path);

}  // namespace curb::reproduce
