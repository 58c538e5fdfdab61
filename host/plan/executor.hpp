// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What runs a plan's tables: the host's loops or the CUDA kernels. Input is validated already.
#pragma once

#include <curb/curb.hpp>
#include <curb/rules/weight_statistics.hpp>
#include <memory>
#include <string>
#include <vector>

#include "host/plan/layout.hpp"

namespace curb::plan {

class Executor {
 public:
  virtual ~Executor() = default;
  /// Why the device cannot reach `address`, as the end of a sentence that begins with the array's
  /// name; empty where it can, or where there is no telling.
  virtual std::string why_unreachable(const void* address) = 0;
  /// As many as there are tensors.
  virtual void bind_gradients(const void* const* gradients, Stream stream) = 0;
  virtual void set_hyperparameters(std::size_t group, const Hyperparameters& value,
                                   Stream stream) = 0;
  virtual void step(Stream stream) = 0;
  virtual std::vector<GroupState> export_state(Stream stream) = 0;
  virtual void import_state(const std::vector<GroupState>& state, Stream stream) = 0;
  /// In a plan with statistics.
  virtual void collect_statistics(Stream stream) = 0;
  /// What it found last, one per tensor.
  virtual std::vector<rules::WeightStatistics> weight_statistics(Stream stream) = 0;
  /// One per tensor.
  virtual std::vector<kernels::RowStatistics> row_statistics(Stream stream) = 0;
  virtual kernels::StepReport report(Stream stream) = 0;
  /// On the device: 1 if the last step was skipped.
  virtual const float* found_inf() const = 0;
  virtual const Layout& layout() const = 0;
  virtual int launches() const = 0;
};

std::unique_ptr<Executor> make_host_executor(const std::vector<Group>& groups,
                                             const std::vector<Tensor>& tensors,
                                             const PlanOptions& options, int threads);

/// Throws Error where curb was built without CUDA or the device is not to be had.
std::unique_ptr<Executor> make_cuda_executor(const std::vector<Group>& groups,
                                             const std::vector<Tensor>& tensors,
                                             const PlanOptions& options, int device);

}  // namespace curb::plan
