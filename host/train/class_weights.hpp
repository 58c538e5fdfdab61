// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The weights of classes in the loss:
//
//   data loss = (1/B) sum_i w[label_i] loss_i
//
// with B the number of samples of the batch, not the sum of their weights: a batch's gradient is
// then an unbiased estimate of that of the whole, and the penalties keep their meaning. Balanced
// weights, n / (classes n_c) as in scikit-learn, have the mean 1 over the training rows, where both
// forms are the same.
#pragma once

#include <vector>

#include "host/data/dataset.hpp"
#include "host/train/settings.hpp"

namespace curb::train {

/// One weight per class, or none. `data` are the training rows. Throws SettingError for weights
/// that do not fit them.
std::vector<float> class_weights(const Settings& settings, const data::Dataset& data);

}  // namespace curb::train
