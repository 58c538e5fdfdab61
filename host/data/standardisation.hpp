// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Features brought to mean 0 and standard deviation 1.
#pragma once

#include <vector>

#include "host/data/dataset.hpp"

namespace curb::data {

// Learnt on the training rows, stored with the model, and applied to every later row. Targets are
// not touched.
struct Standardisation {
  std::vector<float> mean;   // [columns]
  std::vector<float> scale;  // [columns]: population standard deviation (divisor n); 1 for a
                             // constant column, which is only centred
};

// Throws std::invalid_argument for a data set without rows.
Standardisation learn_standardisation(const Dataset& train);

// features = (features - mean) / scale, column by column. Throws std::invalid_argument when the
// numbers of columns differ.
void apply(const Standardisation& standardisation, Dataset& dataset);

}  // namespace curb::data
