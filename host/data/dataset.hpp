// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A data set in memory: what its columns mean, its rows, and how rows are chosen from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace curb::data {

enum class Task {
  classification,  // one class per row
  regression,      // one or more numbers per row
  multilabel,      // one or more independent 0/1 labels per row
};

// What the columns mean. A model is trained for one schema and reads later data through it, so
// nothing in a test file can change the order of features or the numbers of classes.
struct Schema {
  Task task = Task::classification;
  std::vector<std::string> feature_names;
  std::vector<std::string> target_names;  // one for classification
  std::vector<std::string> class_names;   // class i is class_names[i]; empty unless classification

  bool operator==(const Schema&) const = default;
};

struct Dataset {
  Schema schema;
  std::size_t rows = 0;
  std::size_t columns = 0;           // schema.feature_names.size()
  std::vector<float> features;       // row-major [rows, columns]
  std::vector<std::int32_t> labels;  // classification: class indices [rows]; else empty
  std::vector<float>
      targets;  // otherwise: row-major [rows, schema.target_names.size()]; else empty
  std::vector<std::size_t> image;  // {height, width} where the source says that rows are images
};

// Whether rows that are read for a model bring what it is to predict. New data to predict have no
// targets; a column of that name may still be there, and is passed over.
enum class Targets { required, ignored };

// Data that come with their own division.
struct TrainTest {
  Dataset train;
  Dataset test;
};

struct MaybeDivided {
  Dataset train;
  std::optional<Dataset> test;
};

// The rows numbered `chosen`, in that order; a row may be chosen more than once.
// Throws std::out_of_range for a number that is not a row.
Dataset take_rows(const Dataset& dataset, std::span<const std::size_t> chosen);

// 0 .. count-1 in an order that depends on `seed` only: the same on every platform, since
// std::shuffle and the standard's distributions are not specified bit for bit.
std::vector<std::size_t> shuffled_indices(std::size_t count, std::uint64_t seed);

struct ValidationSplit {
  Dataset train;
  Dataset validation;
};

// Sets round(fraction * rows) rows, drawn at random by `seed`, apart for validation. Both parts
// keep the rows in their original order. Throws DataError when the fraction is not inside (0, 1) or
// leaves either part empty.
ValidationSplit split_validation(const Dataset& dataset, double fraction, std::uint64_t seed);

// Throws DataError naming row (from 0) and column of the first NaN or infinity among features and
// targets. `source` begins the message.
void check_finite(const Dataset& dataset, const std::string& source);

}  // namespace curb::data
