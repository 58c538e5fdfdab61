// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Settings from a file and from the environment, under the names that the flags have.
//
//   data = "digits"            # what --data takes, and so on
//   hidden = [128, 64]
//   l1 = 1e-5
//   [[layer]]                  # one table for each layer, the features' first: its own values
//   l1 = 1e-4
//   [[layer]]
//   max_norm = 3
#pragma once

#include <string>

#include "host/train/settings.hpp"

namespace curb::train {

/// Reads `text`, written as for a flag, into the setting called `name` (with _ or -). Throws
/// SettingError, with a suggestion where there is no such setting.
void assign(Settings& settings, const std::string& name, const std::string& text);

/// Reads a TOML file. Throws data::DataError where it cannot be read or is not TOML, SettingError
/// for what it says; both name the line.
void read_config(Settings& settings, const std::string& path);

/// The same of TOML text; `source` is what messages call it.
void parse_config(Settings& settings, const std::string& document, const std::string& source);

/// Reads CURB_LEARNING_RATE for learning_rate, and so on. Throws SettingError, which names the
/// variable.
void read_environment(Settings& settings);

}  // namespace curb::train
