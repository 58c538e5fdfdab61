// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Data sets from CSV files: which columns are targets, and the numbering of classes.
#include "host/data/csv.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "host/data/csv_file.hpp"
#include "host/data/error.hpp"
#include "host/data/message.hpp"
#include "host/data/number.hpp"

namespace curb::data {
namespace {

// Where in the file the columns of a schema are.
struct Layout {
  std::vector<std::size_t> features;
  std::vector<std::size_t> targets;
};

struct Label {
  std::string_view text;
  std::size_t line;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::optional<std::size_t> find_name(const CsvFile& file, std::string_view name) {
  const auto found = std::find(file.names().begin(), file.names().end(), name);
  if (found == file.names().end()) return std::nullopt;
  return static_cast<std::size_t>(found - file.names().begin());
}

// The column that `target`, a name or a number, stands for.
std::size_t find_target(const CsvFile& file, std::string_view target) {
  if (const auto named = find_name(file, target)) return *named;
  const auto count = static_cast<long long>(file.names().size());
  const std::optional<long long> number = parse_whole_number(target);
  if (!number) {
    throw DataError(file.path() + ": no column is named " + in_quotes(target) +
                    (file.has_header() ? did_you_mean(target, file.names())
                                       : "; the file has no header, so say the column's number"));
  }
  if (*number < -count || *number >= count) {
    throw DataError(file.path() + ": there is no column " + std::string(target) +
                    "; the last one is " + std::to_string(count - 1));
  }
  return static_cast<std::size_t>(*number < 0 ? *number + count : *number);
}

// The columns that a comma-separated list stands for, in its order.
std::vector<std::size_t> find_targets(const CsvFile& file, std::string_view list) {
  if (const auto named = find_name(file, list)) return {*named};  // a name may contain commas
  std::vector<std::size_t> targets;
  for (;;) {
    const std::size_t comma = list.find(',');
    targets.push_back(find_target(file, trimmed(list.substr(0, comma))));
    if (comma == std::string_view::npos) return targets;
    list.remove_prefix(comma + 1);
  }
}

// Every column that is not a target is a feature.
Layout choose_columns(const CsvFile& file, const CsvOptions& options) {
  Layout layout;
  layout.targets = find_targets(file, options.target);
  const std::set<std::size_t> targets(layout.targets.begin(), layout.targets.end());
  if (targets.size() != layout.targets.size()) {
    throw DataError(file.path() + ": target " + in_quotes(options.target) +
                    " names a column twice");
  }
  if (targets.size() > 1 && options.task == Task::classification) {
    throw DataError(file.path() + ": classification has one target, and " +
                    in_quotes(options.target) + " names " + std::to_string(targets.size()));
  }
  for (std::size_t column = 0; column < file.names().size(); ++column) {
    if (!targets.contains(column)) layout.features.push_back(column);
  }
  if (layout.features.empty()) {
    throw DataError(file.path() + ": no column is left for the features" +
                    (file.names().size() == 1 ? "; the separator must be a comma" : ""));
  }
  return layout;
}

std::vector<std::size_t> find_all(const CsvFile& file, const std::vector<std::string>& names) {
  std::vector<std::size_t> columns;
  for (const std::string& name : names) {
    const auto column = find_name(file, name);
    if (!column) {
      throw DataError(file.path() + ": column " + in_quotes(name) +
                      " of the training data is missing here" +
                      (file.has_header() ? "" : "; this file has no header"));
    }
    columns.push_back(*column);
  }
  return columns;
}

Layout find_columns(const CsvFile& file, const Schema& schema, Targets targets) {
  Layout layout{find_all(file, schema.feature_names), {}};
  if (targets == Targets::required) layout.targets = find_all(file, schema.target_names);
  std::set<std::string_view> known(schema.feature_names.begin(), schema.feature_names.end());
  known.insert(schema.target_names.begin(), schema.target_names.end());
  for (const std::string& name : file.names()) {
    if (!known.contains(name)) {
      throw DataError(file.path() + ": column " + in_quotes(name) + " is not in the training data");
    }
  }
  return layout;
}

std::vector<std::string> names_of(const CsvFile& file, const std::vector<std::size_t>& columns) {
  std::vector<std::string> names;
  for (const std::size_t column : columns) names.push_back(file.names()[column]);
  return names;
}

// The classes among the labels of a training file. Labels that are all numbers must be whole: a
// fraction shows that the target is a quantity.
std::vector<std::string> learn_classes(const CsvFile& file, std::size_t column,
                                       const std::vector<Label>& labels) {
  std::vector<std::string> names;
  const bool numeric = std::all_of(labels.begin(), labels.end(),
                                   [](const Label& l) { return parse_number(l.text).has_value(); });
  if (numeric) {
    std::set<long long> values;
    for (const Label& label : labels) {
      const std::optional<long long> value = parse_whole_number(label.text);
      if (!value) {
        throw file.field_error(label.line, column,
                               in_quotes(label.text) +
                                   " is neither text nor a whole number, so it cannot be a class; "
                                   "for a numeric target choose the task regression");
      }
      values.insert(*value);
    }
    for (const long long value : values) names.push_back(std::to_string(value));
  } else {
    std::set<std::string_view> values;
    for (const Label& label : labels) values.insert(label.text);
    names.assign(values.begin(), values.end());
  }
  if (names.size() == 1) {
    throw file.field_error(labels.front().line, column,
                           "every row is of class " + in_quotes(names[0]) +
                               "; classification needs two classes or more");
  }
  return names;
}

std::vector<std::int32_t> number_labels(const CsvFile& file, std::size_t column,
                                        const std::vector<Label>& labels,
                                        const std::vector<std::string>& class_names) {
  std::map<std::string, std::int32_t, std::less<>> index;
  for (const std::string& name : class_names) {
    index.emplace(name, static_cast<std::int32_t>(index.size()));
  }
  std::vector<std::int32_t> result;
  result.reserve(labels.size());
  for (const Label& label : labels) {
    auto found = index.find(label.text);
    if (found == index.end()) {
      const std::optional<long long> value = parse_whole_number(label.text);  // "7.0" is class 7
      if (value) found = index.find(std::to_string(*value));
    }
    if (found == index.end()) {
      throw file.field_error(
          label.line, column,
          "class " + in_quotes(label.text) + " does not occur in the training data");
    }
    result.push_back(found->second);
  }
  return result;
}

float zero_or_one(const CsvFile& file, const CsvRecord& row, std::size_t column) {
  const float value = file.number(row, column);
  if (value != 0.0f && value != 1.0f) {
    throw file.field_error(row.line, column,
                           "a multilabel target is 0 or 1, not " + in_quotes(row.fields[column]));
  }
  return value;
}

// Reads the rows of `file`. An empty `schema.class_names` is learnt, otherwise it is obeyed.
Dataset read_rows(CsvFile& file, const Layout& layout, Schema schema) {
  Dataset dataset;
  dataset.columns = layout.features.size();
  std::vector<Label> labels;
  for (CsvRecord row; file.next(row); ++dataset.rows) {
    for (const std::size_t column : layout.features) {
      dataset.features.push_back(file.number(row, column));
    }
    for (const std::size_t column : layout.targets) {
      switch (schema.task) {
        case Task::classification:
          if (row.fields[column].empty()) {
            throw file.field_error(row.line, column, "the class is missing");
          }
          labels.push_back({row.fields[column], row.line});
          break;
        case Task::regression:
          dataset.targets.push_back(file.number(row, column));
          break;
        case Task::multilabel:
          dataset.targets.push_back(zero_or_one(file, row, column));
          break;
      }
    }
  }
  if (dataset.rows == 0) throw DataError(file.path() + ": a header, and no row below it");

  if (schema.task == Task::classification && !layout.targets.empty()) {
    const std::size_t column = layout.targets.front();
    if (schema.class_names.empty()) schema.class_names = learn_classes(file, column, labels);
    dataset.labels = number_labels(file, column, labels, schema.class_names);
  }
  dataset.schema = std::move(schema);
  return dataset;
}

}  // namespace

Dataset read_csv(const std::string& path, const CsvOptions& options) {
  CsvFile file(path, options.header);
  const Layout layout = choose_columns(file, options);
  return read_rows(file, layout,
                   {.task = options.task,
                    .feature_names = names_of(file, layout.features),
                    .target_names = names_of(file, layout.targets),
                    .class_names = {}});
}

Dataset read_csv(const std::string& path, const Schema& schema, std::optional<bool> header,
                 Targets targets) {
  CsvFile file(path, header, &schema);
  return read_rows(file, find_columns(file, schema, targets), schema);
}

}  // namespace curb::data
