// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Settings from a table within a larger TOML document. Apart from config.hpp, whose users need not
// know how TOML is parsed.
#pragma once

#include <toml++/toml.h>

#include <string>

#include "host/train/settings.hpp"

namespace curb::train {

/// Reads a table that is written like a whole configuration file, from the document at `path`.
/// Throws SettingError, which names path and line.
void read_config(Settings& settings, const ::toml::table& table, const std::string& path);

}  // namespace curb::train
