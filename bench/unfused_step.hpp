// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The fused step's rival (kernels/unfused) as benchmarks use it: with the filters it must be told.
#pragma once

#include <curb/curb.hpp>
#include <memory>

#include "kernels/unfused/unfused.hpp"

namespace curb::bench {

using kernels::unfused::Passes;

inline const char* passes_name(Passes passes) {
  return passes == Passes::each_operation ? "each_operation" : "zipped_optimizer";
}

class UnfusedStep {
 public:
  UnfusedStep(kernels::unfused::MakeStep& make_step, const Group& group, Passes passes,
              const kernels::unfused::Matrix& matrix)
      : modes_(group.modes),
        hyperparameters_(group.hyperparameters),
        matrix_(matrix),
        step_(make_step(group.modes, passes, matrix.rows, matrix.columns)) {}

  void step(Stream stream = nullptr) {
    step_->run(rules::advance(modes_, hyperparameters_, filter_), matrix_, stream);
  }

  /// Of the last step.
  kernels::unfused::Traffic traffic() const { return step_->traffic(); }

 private:
  rules::Modes modes_;
  rules::Hyperparameters hyperparameters_;
  rules::FilterState filter_;
  kernels::unfused::Matrix matrix_;
  std::unique_ptr<kernels::unfused::Step> step_;
};

}  // namespace curb::bench
