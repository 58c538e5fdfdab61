// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Data sets from arrays: which array is what, and whether they fit together.
#include "host/data/numpy.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "host/data/error.hpp"
#include "host/data/file.hpp"
#include "host/data/message.hpp"
#include "host/data/npy.hpp"
#include "host/data/number.hpp"
#include "host/data/number_targets.hpp"
#include "host/data/zip.hpp"

namespace curb::data {
namespace {

constexpr const char* kSuffix = ".npy";  // of every member that np.savez writes

NpyArray read_array(const std::string& path) { return {read_file(path), path}; }

NpyArray read_array(const ZipFile& archive, const std::string& name) {
  return {archive.read(name + kSuffix), archive.path() + ": array " + in_quotes(name)};
}

bool has_array(const ZipFile& archive, const std::string& name) {
  return archive.has(name + kSuffix);
}

// The array called x followed by `part`, with a small or a capital letter.
std::string find_features(const ZipFile& archive, const std::string& part) {
  for (const std::string& name : {"x" + part, "X" + part}) {
    if (has_array(archive, name)) return name;
  }
  std::string there;
  for (const std::string& name : archive.names()) {
    if (!name.ends_with(kSuffix)) continue;
    there += (there.empty() ? "; there are " : ", ") +
             in_quotes(std::string_view(name).substr(0, name.size() - 4));
  }
  throw DataError(archive.path() + ": no array " + in_quotes("x" + part) + " or " +
                  in_quotes("X" + part) + there);
}

std::string find_targets(const ZipFile& archive, const std::string& part) {
  const std::string name = "y" + part;
  if (has_array(archive, name)) return name;
  throw DataError(archive.path() + ": no array " + in_quotes(name));
}

bool is_divided(const ZipFile& archive) {
  return has_array(archive, "x_train") || has_array(archive, "X_train");
}

// A data set of features alone, which are named when the schema has no names yet.
Dataset with_features(const NpyArray& array, Schema schema) {
  const std::vector<std::size_t>& shape = array.shape();
  if (shape.size() < 2) {
    throw DataError(array.source() + ": features have two dimensions or more; this array has " +
                    std::to_string(shape.size()));
  }
  if (array.size() == 0) throw DataError(array.source() + ": the array is empty");
  Dataset dataset;
  dataset.rows = shape.front();
  dataset.columns = array.size() / dataset.rows;
  if (shape.size() == 3) dataset.image.assign(shape.begin() + 1, shape.end());
  dataset.schema = std::move(schema);
  std::vector<std::string>& names = dataset.schema.feature_names;
  if (names.empty()) {
    for (std::size_t i = 0; i < dataset.columns; ++i) names.push_back(numbered("c", i));
  } else if (names.size() != dataset.columns) {
    throw DataError(array.source() + ": " + std::to_string(dataset.columns) +
                    " features, where the training data has " + std::to_string(names.size()));
  }
  dataset.features = array.floats();
  check_finite(dataset, array.source());
  return dataset;
}

// Gives the features their targets, which are named when the schema has no names yet.
void add_targets(Dataset& dataset, const NpyArray& array, const std::string& features) {
  const std::vector<std::size_t>& shape = array.shape();
  if (shape.empty() || shape.front() != dataset.rows) {
    throw DataError(array.source() + ": " +
                    (shape.empty() ? "one number" : std::to_string(shape.front()) + " rows") +
                    ", where " + features + " has " + std::to_string(dataset.rows));
  }
  const std::size_t width = array.size() / dataset.rows;
  const bool classes = dataset.schema.task == Task::classification;
  if (shape.size() > 2 || width == 0 || (classes && width != 1)) {
    throw DataError(array.source() + ": targets are " +
                    (classes ? "one class for each row" : "an array [rows] or [rows, targets]"));
  }
  std::vector<std::string>& names = dataset.schema.target_names;
  if (names.empty()) {
    for (std::size_t i = 0; i < width; ++i) names.push_back(width == 1 ? "y" : numbered("y", i));
  } else if (names.size() != width) {
    throw DataError(array.source() + ": " + std::to_string(width) +
                    " targets for each row, where the training data has " +
                    std::to_string(names.size()));
  }
  add_number_targets(dataset, array.doubles(), [&](std::size_t row) {
    return array.source() + ": row " + std::to_string(row);
  });
  check_finite(dataset, array.source());
}

Dataset read_part(const ZipFile& archive, const std::string& part, const Schema& schema,
                  Targets targets) {
  const NpyArray features = read_array(archive, find_features(archive, part));
  Dataset dataset = with_features(features, schema);
  if (targets == Targets::required) {
    add_targets(dataset, read_array(archive, find_targets(archive, part)), features.source());
  }
  return dataset;
}

Dataset read_pair(const std::string& features, const std::string& targets, const Schema& schema) {
  Dataset dataset = with_features(read_array(features), schema);
  add_targets(dataset, read_array(targets), features);
  return dataset;
}

Schema untrained(Task task) {
  return {.task = task, .feature_names = {}, .target_names = {}, .class_names = {}};
}

struct Table {
  explicit Table(const std::string& path) : array(read_array(path)) {
    if (array.shape().size() != 2 || array.size() == 0) {
      throw DataError(path +
                      ": a table has rows and columns; for features and targets in a file "
                      "each say npy:FEATURES,TARGETS");
    }
    columns = array.shape()[1];
  }

  NpyArray array;
  std::size_t columns = 0;
};

// The column that a number from 0, or from the end when negative, stands for.
std::size_t parse_column(const Table& table, const std::string& text) {
  const auto count = static_cast<long long>(table.columns);
  const std::optional<long long> number = parse_whole_number(text);
  if (!number || *number < -count || *number >= count) {
    throw DataError(table.array.source() + ": there is no column " + in_quotes(text) +
                    "; columns are numbered from 0 to " + std::to_string(count - 1));
  }
  return static_cast<std::size_t>(*number < 0 ? *number + count : *number);
}

// The columns that a comma-separated list stands for, in its order.
std::vector<std::size_t> parse_columns(const Table& table, std::string list) {
  std::vector<std::size_t> columns;
  for (;;) {
    const std::size_t comma = list.find(',');
    const std::string text = list.substr(0, comma);
    const std::size_t column = parse_column(table, text);
    if (std::find(columns.begin(), columns.end(), column) != columns.end()) {
      throw DataError(table.array.source() + ": target " + in_quotes(text) +
                      " names a column for the second time");
    }
    columns.push_back(column);
    if (comma == std::string::npos) return columns;
    list.erase(0, comma + 1);
  }
}

// The rows of the table; `targets` are its columns of those, in the order of the schema's names.
Dataset divide(const Table& table, const std::vector<std::size_t>& targets, const Schema& schema) {
  Dataset dataset;
  dataset.schema = schema;
  dataset.rows = table.array.shape()[0];
  dataset.columns = schema.feature_names.size();
  std::vector<bool> is_target(table.columns, false);
  for (const std::size_t column : targets) is_target[column] = true;

  const std::vector<double> values = table.array.doubles();
  std::vector<double> target_values;
  dataset.features.reserve(dataset.rows * dataset.columns);
  for (auto row = values.begin(); row != values.end();
       row += static_cast<std::ptrdiff_t>(table.columns)) {
    for (std::size_t c = 0; c < table.columns; ++c) {
      if (!is_target[c]) {
        dataset.features.push_back(static_cast<float>(row[static_cast<std::ptrdiff_t>(c)]));
      }
    }
    for (const std::size_t c : targets) {
      target_values.push_back(row[static_cast<std::ptrdiff_t>(c)]);
    }
  }
  if (!targets.empty()) {
    add_number_targets(dataset, target_values, [&](std::size_t row) {
      return table.array.source() + ": row " + std::to_string(row);
    });
  }
  check_finite(dataset, table.array.source());
  return dataset;
}

}  // namespace

MaybeDivided read_npz(const std::string& path, Task task) {
  const ZipFile archive(path);
  if (!is_divided(archive)) {
    return {read_part(archive, "", untrained(task), Targets::required), std::nullopt};
  }
  MaybeDivided data{read_part(archive, "_train", untrained(task), Targets::required), std::nullopt};
  data.test = read_part(archive, "_test", data.train.schema, Targets::required);
  return data;
}

Dataset read_npz(const std::string& path, const Schema& schema, Targets targets) {
  const ZipFile archive(path);
  return read_part(archive, is_divided(archive) ? "_test" : "", schema, targets);
}

Dataset read_npy_pair(const std::string& features, const std::string& targets, Task task) {
  return read_pair(features, targets, untrained(task));
}

Dataset read_npy_pair(const std::string& features, const std::string& targets,
                      const Schema& schema) {
  return read_pair(features, targets, schema);
}

Dataset read_npy(const std::string& path, const std::string& target, Task task) {
  const Table table(path);
  const std::vector<std::size_t> targets = parse_columns(table, target);
  Schema schema = untrained(task);
  for (std::size_t c = 0; c < table.columns; ++c) {
    if (std::find(targets.begin(), targets.end(), c) == targets.end()) {
      schema.feature_names.push_back(numbered("c", c));
    }
  }
  for (const std::size_t c : targets) schema.target_names.push_back(numbered("c", c));
  if (schema.feature_names.empty()) throw DataError(path + ": every column is a target");
  if (task == Task::classification && targets.size() > 1) {
    throw DataError(path + ": classification has one target, not " +
                    std::to_string(targets.size()));
  }
  return divide(table, targets, schema);
}

Dataset read_npy(const std::string& path, const Schema& schema, Targets targets) {
  const Table table(path);
  if (targets == Targets::ignored && table.columns == schema.feature_names.size()) {
    return divide(table, {}, schema);
  }
  std::vector<std::string> names;
  for (std::size_t c = 0; c < table.columns; ++c) names.push_back(numbered("c", c));
  std::vector<std::size_t> columns;
  for (const std::string& name : schema.target_names) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) columns.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  for (const std::string& name : schema.target_names) std::erase(names, name);
  if (columns.size() != schema.target_names.size() || names != schema.feature_names) {
    throw DataError(path + ": its " + std::to_string(table.columns) +
                    " columns are not those of the training data");
  }
  return divide(table, columns, schema);
}

}  // namespace curb::data
