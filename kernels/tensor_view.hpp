// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The tables that a step reads: plain data, built once on the host, shared by every executor.
#pragma once

#include <cstdint>
#include <curb/rules/effective_step.hpp>
#include <curb/rules/philox.hpp>
#include <curb/rules/storage.hpp>

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

  // Read by the mixed kernels alone.
  rules::Storage storage = rules::Storage::float32;
  rules::DataType gradient_type = rules::DataType::float32;
  bool zero_gradient = false;
  std::uint16_t* bfloat16 = nullptr;   ///< weights of every storage but float32
  std::uint16_t* remainder = nullptr;  ///< their lower halves, with bfloat16_remainder
  std::uint16_t* velocity = nullptr;   ///< state[0] in bfloat16; null: it is fp32
  float* average = nullptr;            ///< moving average of the weights; null: none
  rules::RandomKey random_key{};       ///< of bfloat16_stochastic
};

/// Whether the tensor needs the mixed kernels, which know every form of storage. The others know
/// fp32 arrays and nothing else, and are the faster and smaller for it.
CURB_HOST_DEVICE bool is_mixed(const TensorView& tensor) {
  return tensor.storage != rules::Storage::float32 ||
         tensor.gradient_type != rules::DataType::float32 || tensor.zero_gradient ||
         tensor.velocity != nullptr || tensor.average != nullptr;
}

/// What one block (or one host task) does: a run of elements, or a run of rows or columns.
struct WorkItem {
  std::int64_t first;  ///< offset of the first element in storage, or the first row or column
  std::int32_t count;
  std::uint32_t tensor;  ///< index into the tensors, and into the gradients
};

/// Everything a step reads, in the memory of the device that runs it.
struct StepTables {
  const TensorView* tensors;
  const void* const* gradients;  ///< one per tensor, of its gradient_type, in its weight's layout
  const rules::Coefficients* coefficients;
};

/// What the row stages report; every counter only grows.
struct RowStatistics {
  unsigned long long clamped_rows;
  unsigned long long non_finite_rows;
};

/// What a step made of the gradient as a whole (rules/global_norm.hpp).
struct StepReport {
  unsigned long long skipped_steps;  ///< only grows
  double gradient_norm;              ///< of the last step
  float found_inf;                   ///< 1 if the last step was skipped, else 0
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
