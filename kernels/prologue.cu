// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The prologue: one thread per group advances the step count and the filters and writes the step's
// coefficients, so that a captured graph sees new hyper-parameters without the host taking part.
#include "kernels/launch.cuh"
#include "kernels/row_team.cuh"
#include "kernels/simt.cuh"
#include "kernels/sum_partials.cuh"
#include "kernels/update.hpp"

namespace curb::kernels {

namespace detail {

/// Group i; `factor` multiplies its gradients.
__device__ void advance_group(GroupRecord* groups, std::uint32_t i, double factor,
                              rules::Coefficients* coefficients) {
  GroupRecord& group = groups[i];
  const rules::Coefficients c = rules::with_gradient_factor(
      rules::advance(group.modes, group.hyperparameters, group.state), factor);
  coefficients[coefficients_index(i, true)] = c;
  coefficients[coefficients_index(i, false)] = rules::without_regularisation(c);
}

}  // namespace detail

__global__ void advance_groups(GroupRecord* groups, std::uint32_t count,
                               rules::Coefficients* coefficients) {
  const std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) detail::advance_group(groups, i, 1.0, coefficients);
}

/// One block (32, kMaxWorkers), since every group waits for the one sum.
__global__ __launch_bounds__(kWarp* kMaxWorkers) void advance_guarded_groups(
    GroupRecord* groups, std::uint32_t count, rules::Coefficients* coefficients,
    const double* partials, std::uint32_t partial_count, GradientGuard guard, StepReport* report) {
  __shared__ double scratch[2 * kMaxWorkers];
  const rules::GradientVerdict verdict =
      rules::judge_gradient(guard.limits, sum_partials(partials, 0, partial_count, scratch),
                            guard.loss_scale == nullptr ? 1.0f : *guard.loss_scale,
                            guard.found_inf == nullptr ? 0.0f : *guard.found_inf);
  const std::uint32_t thread = threadIdx.y * kWarp + threadIdx.x;
  for (std::uint32_t i = thread; i < count; i += kWarp * kMaxWorkers) {
    if (verdict.skip) {
      coefficients[coefficients_index(i, true)] = rules::skipped_step();
      coefficients[coefficients_index(i, false)] = rules::skipped_step();
    } else {
      detail::advance_group(groups, i, verdict.factor, coefficients);
    }
  }
  if (thread == 0) {
    report->skipped_steps += verdict.skip ? 1 : 0;
    report->gradient_norm = verdict.norm;
    report->found_inf = verdict.skip ? 1.0f : 0.0f;
  }
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

void launch_guarded_prologue(GroupRecord* groups, std::uint32_t count,
                             rules::Coefficients* coefficients, const double* partials,
                             std::uint32_t partial_count, const GradientGuard& guard,
                             StepReport* report, Stream stream) {
  launch<advance_guarded_groups>({dim3(1), dim3(kWarp, kMaxWorkers)}, stream, groups, count,
                                 coefficients, partials, partial_count, guard, report);
}

void launch_set_hyperparameters(GroupRecord* group, const rules::Hyperparameters& value,
                                Stream stream) {
  launch<write_hyperparameters>({dim3(1), dim3(1)}, stream, group, value);
}

}  // namespace curb::kernels
