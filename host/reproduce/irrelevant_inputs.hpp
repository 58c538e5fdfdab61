// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// L1 against L2 as irrelevant inputs are added (Ng 2004).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "host/backend/backend.hpp"
#include "host/reproduce/irrelevant_inputs_study.hpp"

namespace curb::reproduce {

/// The network that the validation rows chose among those of one penalty.
struct ChosenPenalty {
  double coefficient = 0.0;
  double validation_loss = 0.0;
  double test_error = 0.0;   ///< in percent
  std::int64_t nonzero = 0;  ///< weights that are not zero
};

struct Trial {
  std::uint64_t seed = 0;
  ChosenPenalty l1;
  ChosenPenalty l2;
};

struct IrrelevantInputsResult {
  std::vector<std::int64_t> irrelevant;    ///< as in the study
  std::vector<std::vector<Trial>> trials;  ///< of each number of inputs, in the order of the seeds
  double seconds = 0.0;
};

struct TrialWatch {
  std::function<void(std::int64_t irrelevant, const Trial&)> on_end;
  const std::atomic<bool>* interrupted = nullptr;
};

/// Trains with every coefficient, chooses one of each penalty by the loss of the validation rows
/// (the largest of equals), and only then draws the test rows. Throws Diverged and Interrupted
/// (study_run.hpp).
IrrelevantInputsResult run_irrelevant_inputs(const IrrelevantInputsStudy& study,
                                             backend::Backend& backend,
                                             const TrialWatch& watch = {});

}  // namespace curb::reproduce
