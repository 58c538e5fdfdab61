// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Two launchers per optimiser, each in its own file; launch_update (update.hpp) chooses among them.
#pragma once

#include "kernels/update.hpp"

namespace curb::kernels {

using LaunchUpdate = void(Tier, const StepTables&, const WorkItem*, std::uint32_t, RowStatistics*,
                          Stream);

LaunchUpdate launch_update_sgd;
LaunchUpdate launch_update_cumulative_sgd;
LaunchUpdate launch_update_momentum;
LaunchUpdate launch_update_adam;
LaunchUpdate launch_update_adagrad;
LaunchUpdate launch_update_mixed_sgd;
LaunchUpdate launch_update_mixed_cumulative_sgd;
LaunchUpdate launch_update_mixed_momentum;
LaunchUpdate launch_update_mixed_adam;
LaunchUpdate launch_update_mixed_adagrad;

}  // namespace curb::kernels
