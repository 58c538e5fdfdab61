// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Ctrl-C, and what a batch system sends before it kills, for commands that train.
#pragma once

#include <atomic>

namespace curb::cli {

/// From now on the first SIGINT or SIGTERM sets what this refers to, for a run to end in good
/// order; a second one ends the program at once.
const std::atomic<bool>& catch_interrupts();

}  // namespace curb::cli
