// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Targets of data whose values are all numbers: classes, quantities, or 0/1 labels.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "host/data/dataset.hpp"

namespace curb::data {

// Gives `dataset`, which has rows and a schema with task and target names, its targets: `values`,
// row-major [rows, target names]. Classes are whole numbers, named as they are written and numbered
// by value; where the schema has none yet, they are learnt. `place(row)` begins the message of the
// DataError that is thrown for a class that is no whole number or that the schema lacks, for fewer
// than two classes, and for multilabel targets other than 0 and 1.
void add_number_targets(Dataset& dataset, const std::vector<double>& values,
                        const std::function<std::string(std::size_t row)>& place);

}  // namespace curb::data
