// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Whole passes over a data set in its own order, a piece at a time: losses, outputs, gradients.
// All but add_losses wait for the device.
#pragma once

#include <span>
#include <vector>

#include "host/backend/backend.hpp"
#include "host/nn/network.hpp"
#include "host/train/device_rows.hpp"
#include "host/train/metrics.hpp"

namespace curb::train {

/// The rows to make a network for: as many as a step takes, but enough to pass over `rows` at
/// speed.
std::int64_t rows_at_once(std::int64_t batch, std::int64_t rows);

/// Adds the losses of all rows to `sum`, which is on the device. Without dropout or noise. Does not
/// wait, unless the rows lie in Place::host.
void add_losses(backend::Backend& backend, nn::Network& network, const DeviceRows& data,
                backend::LossSum* sum);

/// What a sum over the rows of `data` says: their mean loss and, where task and loss have one, the
/// accuracy.
Evaluation mean_of(const backend::LossSum& total, backend::Loss loss, const DeviceRows& data);

/// The mean of what add_losses adds.
Evaluation evaluate(backend::Backend& backend, nn::Network& network, const DeviceRows& data);

/// The same of outputs that are known: [rows, columns of the loss]. The class weights are as many
/// as the columns, or none.
Evaluation evaluate_outputs(backend::Backend& backend, backend::Loss loss,
                            std::span<const float> class_weights, std::span<const float> outputs,
                            const DeviceRows& data);

/// The network's outputs, [rows, outputs].
std::vector<float> predict(backend::Backend& backend, nn::Network& network, const DeviceRows& data);

/// The gradient of the mean loss in all parameters, in the layout of their arena. Overwrites the
/// network's gradients. The network must be without dropout and noise.
std::vector<float> data_gradient(backend::Backend& backend, nn::Network& network,
                                 const DeviceRows& data);

}  // namespace curb::train
