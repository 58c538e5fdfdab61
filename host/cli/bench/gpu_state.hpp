// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What the GPU's driver says of its clocks.
#pragma once

#include <string>

namespace curb::cli::bench {

/// Why the first GPU's clocks are held down now, in words; empty where they are not, or where
/// nobody can say (no nvidia-smi in PATH).
std::string gpu_slowed_by();

}  // namespace curb::cli::bench
