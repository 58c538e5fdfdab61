// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What follows for a layer's update from the choice of the optimiser.
#pragma once

#include "host/train/settings.hpp"

namespace curb::train {

/// Replaces what is absent by what suits the optimiser, and refuses what it does not have and
/// values that exclude each other. Throws SettingError.
void resolve(UpdateSettings& update, Optimizer optimizer);

}  // namespace curb::train
