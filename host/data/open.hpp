// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// One door to every kind of data: training, validation and test sets, ready to train on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "host/data/dataset.hpp"
#include "host/data/standardisation.hpp"

namespace curb::data {

// What data may be, for messages and help.
inline constexpr const char* kDataForms =
    "digits, mnist:DIRECTORY, FILE.csv, FILE.npz, FILE.npy, FILE.libsvm, idx:IMAGES,LABELS or "
    "npy:FEATURES,TARGETS; csv:FILE and so on where the ending is another";

struct DataOptions {
  Task task = Task::classification;
  std::string target = "-1";     // as in CsvOptions; of CSV files and tables in an NPY file
  std::optional<bool> header{};  // CSV only, as in CsvOptions
  std::string test{};        // a second data set of the same kind; empty: none, or the data's own
  std::string validation{};  // likewise, or a fraction of the training rows such as 0.1
  std::int64_t train_rows = 0;  // the first of the training rows; 0: all. A fraction is of these
  bool standardize = false;
  std::uint64_t seed = 0;  // draws the validation rows

  bool operator==(const DataOptions&) const = default;
};

struct DataSets {
  Dataset train;
  std::optional<Dataset> validation;
  std::optional<Dataset> test;
  std::optional<Standardisation> standardisation;  // has been applied to all three
};

// Opens
//   digits               the handwritten digits that are compiled in, with their test rows
//   mnist:DIRECTORY      MNIST's four IDX files, gzip or not, with their test rows
//   FILE.csv[.gz]        a CSV file; csv:FILE when it is named otherwise
//   idx:IMAGES,LABELS    a pair of IDX files
//   FILE.npz             NumPy's arrays x and y, or x_train, y_train, x_test and y_test
//   FILE.npy[.gz]        a table in a NumPy array
//   npy:FEATURES,TARGETS a NumPy array each
//   FILE.libsvm[.gz]     a LIBSVM file
// npz:, npy: and libsvm: go before files that are named otherwise.
// The order of the columns and the numbers of the classes come from the training data,
// standardisation from the rows that are left for training: validation and test rows choose
// nothing. Throws DataError when the data cannot be had, and when an option does not fit them.
DataSets open_data(const std::string& spec, const DataOptions& options);

// Opens data for a model trained on `schema`: all rows, or the test rows of data that bring their
// own. Not standardised. Where targets are ignored, a CSV, NPZ or NPY file can do without them.
Dataset open_data(const std::string& spec, const Schema& schema, std::optional<bool> header,
                  Targets targets = Targets::required);

}  // namespace curb::data
