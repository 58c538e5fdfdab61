// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// How the ways in which a run ends are written in files.
#pragma once

#include "host/train/names.hpp"
#include "host/train/trainer.hpp"

namespace curb::train {

inline constexpr Named<Ending> kEndings[] = {{"all_epochs", Ending::all_epochs},
                                             {"patience", Ending::patience},
                                             {"tolerance", Ending::tolerance},
                                             {"diverged", Ending::diverged},
                                             {"interrupted", Ending::interrupted}};

}  // namespace curb::train
