// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a plan refuses, each with a message that names the group or tensor and the field. Where the
// arrays lie is looked at in memory_map.hpp.
#pragma once

#include <curb/curb.hpp>
#include <vector>

namespace curb::plan {

/// Throws Error for a value out of range.
void validate(const Group& group, const Hyperparameters& value);

/// Throws Error for what no step can have left behind.
void validate(const Group& group, const GroupState& state);

/// Throws Error for shapes, types and values that cannot be a plan.
void validate(const std::vector<Group>& groups, const std::vector<Tensor>& tensors,
              const PlanOptions& options);

}  // namespace curb::plan
