// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "host/train/settings.hpp"

namespace curb::testing {

/// "setting: reason" of the SettingError that `action` throws.
template <class Action>
std::string setting_error(Action&& action) {
  try {
    action();
  } catch (const train::SettingError& error) {
    return error.setting() + ": " + error.what();
  }
  return "nothing was refused";
}

}  // namespace curb::testing
