// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The studies that come with the program: host/reproduce/studies, by the names of the files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace curb::reproduce {

/// The TOML text of a shipped study: "nielsen", "nielsen_quick", ...; nothing for other names.
std::optional<std::string> shipped_study(std::string_view name);

/// All names, in alphabetical order, smaller versions (NAME_quick) included.
std::vector<std::string> shipped_names();

}  // namespace curb::reproduce
