// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Data sets from NumPy's files.
//
// Features are an array [rows, ...], targets one [rows] or, for regression and multilabel, [rows,
// targets]. Features are named c0, c1, ... in row-major order, targets y, or y0, y1, ... Classes
// are whole numbers. All functions throw DataError, naming file and array, for arrays that are not
// to be had, are damaged or do not fit together, and for values that are not finite.
#pragma once

#include <string>

#include "host/data/dataset.hpp"

namespace curb::data {

// An archive with arrays x (or X) and y; or with x_train, y_train, x_test and y_test (or X_...),
// which brings its test rows.
MaybeDivided read_npz(const std::string& path, Task task);
// Its test rows if it has some, else all, for a model trained on `schema`.
Dataset read_npz(const std::string& path, const Schema& schema, Targets targets);

// Features and targets in a file each.
Dataset read_npy_pair(const std::string& features, const std::string& targets, Task task);
Dataset read_npy_pair(const std::string& features, const std::string& targets,
                      const Schema& schema);

// A table [rows, columns], of which `target` (as CsvOptions has it, by number) lists the columns
// that are targets. Its columns are named c0, c1, ...
Dataset read_npy(const std::string& path, const std::string& target, Task task);
// Only where targets are ignored may the table have the features alone.
Dataset read_npy(const std::string& path, const Schema& schema, Targets targets);

}  // namespace curb::data
