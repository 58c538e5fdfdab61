// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Settings by their names.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "host/train/settings.hpp"

namespace curb::train {

/// A name as tables have it, given with _ or -.
inline std::string with_underscores(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// The setting of that name, or null.
template <class Owner>
const Setting<Owner>* find_setting(const std::vector<Setting<Owner>>& table,
                                   const std::string& name) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Setting<Owner>& setting) {
    return setting.name == name;
  });
  return found == table.end() ? nullptr : &*found;
}

template <class Owner>
void add_names(std::vector<std::string>& names, const std::vector<Setting<Owner>>& table) {
  for (const Setting<Owner>& setting : table) names.push_back(setting.name);
}

}  // namespace curb::train
