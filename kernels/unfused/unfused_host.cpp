// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The unfused step on the host. Compiled once per instruction set; CURB_MAKE_UNFUSED_STEP is the
// name of the entry.
#include "kernels/unfused/host_system.hpp"

namespace curb::kernels::unfused {

std::unique_ptr<Step> CURB_MAKE_UNFUSED_STEP(const rules::Modes& modes, Passes passes,
                                             std::int64_t rows, std::int64_t columns) {
  return make_step<HostSystem>(modes, passes, rows, columns);
}

}  // namespace curb::kernels::unfused
