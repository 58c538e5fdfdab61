// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Moved images on the CPU.
#pragma once

#include <cstdint>

#include "host/backend/backend.hpp"

namespace curb::backend {

/// Images [first, last) of the operation.
void move_image_range(const MoveImages& move, std::int64_t first, std::int64_t last);

}  // namespace curb::backend
