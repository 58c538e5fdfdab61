// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// How a launcher refuses an argument.
#pragma once

#include <stdexcept>

namespace curb::kernels {

/// Throws std::invalid_argument with the message `what` unless `holds`.
inline void require(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument(what);
}

}  // namespace curb::kernels
