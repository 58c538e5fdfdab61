// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Several networks for the same data, whose answers are averaged: probabilities under the two
// cross-entropies, plain outputs under the other losses.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "host/backend/backend.hpp"
#include "host/train/device_rows.hpp"
#include "host/train/metrics.hpp"
#include "host/train/model_file.hpp"

namespace curb::train {

/// The outputs [rows, width] whose probabilities are the mean of the members' probabilities: a
/// network's outputs under a cross-entropy are logits, and so are these. Under the other losses the
/// mean of the outputs. `members`: each [rows, width]; one or more.
std::vector<float> mean_outputs(backend::Loss loss, std::size_t width,
                                const std::vector<std::vector<float>>& members);

/// The committee's outputs, [rows, outputs]; those of a single member as they are. One network at a
/// time is on the device. Waits for it.
std::vector<float> predict(backend::Backend& backend, std::span<const Model> members,
                           const DeviceRows& data);

/// The mean loss and, where task and loss have one, the accuracy, of the committee's outputs.
Evaluation evaluate(backend::Backend& backend, std::span<const Model> members,
                    const DeviceRows& data);

}  // namespace curb::train
