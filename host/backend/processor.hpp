// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The name of the processor.
#pragma once

#include <string>

namespace curb::backend {

/// As Linux calls it ("AMD EPYC 9655"); elsewhere, and where it has no name, "unnamed processor".
std::string processor();

}  // namespace curb::backend
