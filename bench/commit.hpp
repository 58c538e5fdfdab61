// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Which commit this was built from: a figure without it cannot be defended.
#pragma once

namespace curb::bench {

/// As git abbreviates it, with a + where the tree differed from it; "unknown" without git. Made by
/// bench/commit.cmake whenever it builds.
const char* commit();

}  // namespace curb::bench
