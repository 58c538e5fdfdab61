// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The tables that a step reads: plain data, built once on the host, shared by every executor.
#pragma once

#include <cstdint>
#include <curb/rules/effective_step.hpp>

namespace curb::kernels {

inline constexpr int kMaxStates = 2;

/// A parameter matrix stored row-major as [rows][leading_dimension], and all that lies beside it in
/// the same layout. The caller owns the memory.
struct TensorView {
  float* weight;
  float* state[kMaxStates];  ///< as many as the optimiser has
  const std::uint8_t* mask;  ///< 0: the weight is held at zero; null: no mask
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t leading_dimension;
  std::uint32_t coefficients;  ///< index into the step's Coefficients
};

/// What one block (or one host task) does: a run of elements, or a run of rows or columns.
struct WorkItem {
  std::int64_t first;  ///< offset of the first element in storage, or the first row or column
  std::int32_t count;
  std::uint32_t tensor;  ///< index into the tensors, and into the gradients
};

/// Everything a step reads, in the memory of the device that runs it.
struct StepTables {
  const TensorView* tensors;
  const float* const* gradients;  ///< one per tensor; same layout as its weight
  const rules::Coefficients* coefficients;
};

/// What the row stages report; every counter only grows.
struct RowStatistics {
  unsigned long long clamped_rows;
  unsigned long long non_finite_rows;
};

/// A parameter group on the device: what the prologue reads and advances.
struct GroupRecord {
  rules::Modes modes;
  rules::Hyperparameters hyperparameters;
  rules::FilterState state;
};

/// The Coefficients of group i stand at 2 i for its regularised tensors and at 2 i + 1 for those
/// that are free (biases).
CURB_HOST_DEVICE std::uint32_t coefficients_index(std::uint32_t group, bool regularised) {
  return 2 * group + (regularised ? 0 : 1);
}

}  // namespace curb::kernels
