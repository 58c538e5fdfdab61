// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Data sets from CSV files.
#pragma once

#include <optional>
#include <string>

#include "host/data/dataset.hpp"

namespace curb::data {

struct CsvOptions {
  Task task = Task::classification;
  // A column's name, or its number from 0, or from the end when negative: -1 is the last. Several,
  // separated by commas, for regression and multilabel.
  std::string target = "-1";
  std::optional<bool> header{};  // absent: found out, see CsvFile
};

// Reads training data: every column that is not a target is a numeric feature. Classification
// targets are text or whole numbers; their classes are numbered in sorted order, numbers by value
// and text by bytes. Regression targets are numbers, multilabel targets 0 or 1. Throws DataError
// naming file, line and column for anything else, and for fewer than two classes.
Dataset read_csv(const std::string& path, const CsvOptions& options);

// Reads data for a model trained on `schema`. Columns are found by name, in any order. Throws
// DataError as above, for a missing or a strange column, and for a class that `schema` lacks.
Dataset read_csv(const std::string& path, const Schema& schema, std::optional<bool> header,
                 Targets targets = Targets::required);

}  // namespace curb::data
