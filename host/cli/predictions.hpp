// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A network's outputs as a table that people can read.
#pragma once

#include <span>
#include <string>

#include "host/train/model_file.hpp"

namespace curb::cli {

/// CSV with a header and one line per row of `outputs` [rows, outputs]. Classification: the class,
/// and a number for each class, which is a probability under the two cross-entropies. Multilabel:
/// for each label its probability under the cross-entropy. Otherwise the outputs.
std::string predictions_csv(const train::Model& model, std::span<const float> outputs);

}  // namespace curb::cli
