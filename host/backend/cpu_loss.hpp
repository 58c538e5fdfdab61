// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The losses of one sample on the CPU.
#pragma once

#include <cstdint>

#include "host/backend/backend.hpp"

namespace curb::backend {

struct SampleLoss {
  double loss = 0.0;
  bool correct = false;  ///< as LossSum::correct counts
};

/// The loss of row `row` of the pass, whose gradient (divided by the rows of the pass) is written
/// where the pass has a delta.
SampleLoss sample_loss(const LossPass& pass, std::int64_t row);

}  // namespace curb::backend
