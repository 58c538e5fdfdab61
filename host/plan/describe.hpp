// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a plan says of itself: for each tensor its tier and the memory that a step must move.
#pragma once

#include <curb/curb.hpp>

#include "kernels/update.hpp"

namespace curb::plan {

PlanDescription::Entry describe(const Group& group, const Tensor& tensor, kernels::Tier tier,
                                const PlanOptions& options);

/// Bytes of one element.
std::int64_t size_of(DataType type);

/// Whether a step begins with a pass over the gradients.
bool measures_gradients(const PlanOptions& options);

}  // namespace curb::plan
