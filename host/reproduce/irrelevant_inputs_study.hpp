// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What is to be tried: logistic regression with an L1 and with an L2 penalty, on a few relevant
// inputs among ever more irrelevant ones.
//
//   kind = "irrelevant_inputs"
//   title = "..."
//   source = "..."
//   seeds = [1, 2, 3]          # each draws rows of its own
//   irrelevant = [1, 10, 100]  # numbers of irrelevant inputs
//   relevant = 3
//   strength = 10              # the norm of the true weights
//   train_rows = 70
//   validation_rows = 30       # these choose the coefficient
//   test_rows = 5000           # drawn when it is chosen
//   l1 = [1e-3, 1e-2]          # coefficients to choose from
//   l2 = [1e-3, 1e-2]
//   growth = 0.5               # the L1 curve is to grow by less than this times the L2 curve
//   [settings]                 # of every training
//   epochs = 1000
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/train/settings.hpp"

namespace curb::reproduce {

struct IrrelevantInputsStudy {
  std::string title;
  std::string source;
  std::vector<std::uint64_t> seeds;
  std::vector<std::int64_t> irrelevant;
  std::int64_t relevant = 1;
  double strength = 1.0;
  std::int64_t train_rows = 0;
  std::int64_t validation_rows = 0;
  std::int64_t test_rows = 0;
  std::vector<double> l1;
  std::vector<double> l2;
  double growth = 1.0;
  train::Settings settings;  ///< not resolved
};

/// Whether the text of a study is of this kind, and not a table of settings. Throws data::DataError
/// for what is not TOML.
bool is_irrelevant_inputs_study(const std::string& text, const std::string& path);

/// Reads a study; `path` is what complaints begin with. Throws data::DataError for what is not TOML
/// and train::SettingError for what it says.
IrrelevantInputsStudy read_irrelevant_inputs_study(const std::string& text,
                                                   const std::string& path);

}  // namespace curb::reproduce
