// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// How the host starts a fused step: plain C++, no CUDA header.
//
// All pointers are device pointers and must stay valid until the stream has passed the launch. A
// launch allocates nothing, waits for nothing and may be captured; errors are curb::CudaError.
#pragma once

#include <cstddef>
#include <curb/rules/global_norm.hpp>

#include "kernels/tensor_view.hpp"

struct CUstream_st;

namespace curb::kernels {

using Stream = CUstream_st*;  ///< the same type as cudaStream_t

/// The road a tensor takes through a step: which kernel, and what a WorkItem means there.
enum class Tier : std::uint8_t {
  elements,       ///< no row stage; an item is a run of up to kElementsPerItem elements
  warp_rows,      ///< rows of up to 512; an item is up to 8 rows
  block_rows_2,   ///< rows of up to 1,024: one row an item, two warps each
  block_rows_4,   ///< up to 2,048
  block_rows_8,   ///< up to 4,096
  block_rows_16,  ///< up to 8,192
  long_rows,      ///< any length: one row an item
  columns,        ///< columns of up to 512; an item is up to 8 columns
  long_columns,   ///< any length; an item is up to 8 columns
};
inline constexpr int kTierCount = 9;

inline constexpr std::int32_t kElementsPerItem = 4096;

/// The tier of a row-constrained tensor whose rows (neuron = row) or columns have `length`
/// elements.
Tier row_tier(std::int64_t length);
Tier column_tier(std::int64_t length);

/// How many elements, rows or columns one WorkItem of the tier may hold.
std::int32_t items_per_block(Tier tier);

const char* tier_name(Tier tier);

/// Advances every group by one step and writes its two Coefficients (see coefficients_index).
void launch_prologue(GroupRecord* groups, std::uint32_t count, rules::Coefficients* coefficients,
                     Stream stream);

/// What a step asks of the gradient as a whole. The pointers are to scalars in device memory, read
/// at every step; null: 1 and 0.
struct GradientGuard {
  rules::GradientLimits limits;
  const float* loss_scale = nullptr;
  const float* found_inf = nullptr;
};

/// One launch: partials[i] = the sum of the squares of item i's gradients (those of masked weights
/// aside), each times its group's gradient_scale. An item is a run of up to kElementsPerItem
/// elements.
void launch_measure_gradients(const StepTables& tables, const GroupRecord* groups,
                              const WorkItem* items, std::uint32_t item_count, double* partials,
                              Stream stream);

/// launch_prologue for a plan with a guard: adds up the partials, judges the gradient, and either
/// advances the groups or leaves them and marks the step as skipped.
void launch_guarded_prologue(GroupRecord* groups, std::uint32_t count,
                             rules::Coefficients* coefficients, const double* partials,
                             std::uint32_t partial_count, const GradientGuard& guard,
                             StepReport* report, Stream stream);

/// Replaces a group's hyper-parameters in stream order. The value travels as a kernel argument:
/// there is no copy from pageable memory and nothing waits.
void launch_set_hyperparameters(GroupRecord* group, const rules::Hyperparameters& value,
                                Stream stream);

/// Writes `count` gradient addresses (host array) into the device's table.
void launch_bind_gradients(const void** table, const void* const* gradients, std::size_t count,
                           Stream stream);

/// The kernels an optimiser needs; heavy ball and Nesterov share theirs, and so do Adagrad and
/// RMSprop.
enum class UpdateKind : std::uint8_t { sgd, cumulative_sgd, momentum, adam, adagrad };
inline constexpr int kUpdateKindCount = 5;

UpdateKind update_kind(const rules::Modes& modes);
int state_count(UpdateKind kind);

/// One launch: the fused step of every item, all of one optimiser and tier, and all of tensors that
/// are mixed (is_mixed) or all of tensors that are not. `statistics`: one per tensor, or null.
void launch_update(UpdateKind kind, bool mixed, Tier tier, const StepTables& tables,
                   const WorkItem* items, std::uint32_t item_count, RowStatistics* statistics,
                   Stream stream);

}  // namespace curb::kernels
