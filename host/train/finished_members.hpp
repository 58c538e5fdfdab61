// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a committee under way keeps of the members that are done, so that it can go on: their
// weights, in model.safetensors, and beside it in JSON how each of them ended and from where the
// next one begins.
#pragma once

#include <span>
#include <string>

#include "host/train/ensemble.hpp"

namespace curb::train {

/// Writes the JSON file, whole or not at all. Throws data::DataError.
void save_finished_members(const std::string& path, std::span<const Outcome> members,
                           const Checkpoint& next);

/// Reads it, and the weights from `model`, which may have those of further members. The checkpoint
/// is the one that was saved. Throws data::DataError for what is damaged or does not fit together.
CommitteeStart load_finished_members(const std::string& path, const std::string& model);

}  // namespace curb::train
