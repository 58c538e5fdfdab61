// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The prologue: one thread per group advances the step count and the filters and writes the step's
// coefficients, so that a captured graph sees new hyper-parameters without the host taking part.
#include "kernels/launch.cuh"
#include "kernels/simt.cuh"
#include "kernels/update.hpp"

namespace curb::kernels {

__global__ void advance_groups(GroupRecord* groups, std::uint32_t count,
                               rules::Coefficients* coefficients) {
  const std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= count) return;
  GroupRecord& group = groups[i];
  const rules::Coefficients c = rules::advance(group.modes, group.hyperparameters, group.state);
  coefficients[coefficients_index(i, true)] = c;
  coefficients[coefficients_index(i, false)] = rules::without_regularisation(c);
}

__global__ void write_hyperparameters(GroupRecord* group, rules::Hyperparameters value) {
  group->hyperparameters = value;
}

// ---------------------------------------------------------------------------------- launchers

void launch_prologue(GroupRecord* groups, std::uint32_t count, rules::Coefficients* coefficients,
                     Stream stream) {
  constexpr std::uint32_t kThreads = 64;
  launch<advance_groups>({dim3((count + kThreads - 1) / kThreads), dim3(kThreads)}, stream, groups,
                         count, coefficients);
}

void launch_set_hyperparameters(GroupRecord* group, const rules::Hyperparameters& value,
                                Stream stream) {
  launch<write_hyperparameters>({dim3(1), dim3(1)}, stream, group, value);
}

}  // namespace curb::kernels
