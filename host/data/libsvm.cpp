// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Sparse rows in text.
#include "host/data/libsvm.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <vector>

#include "host/data/csv_records.hpp"
#include "host/data/error.hpp"
#include "host/data/file.hpp"
#include "host/data/message.hpp"
#include "host/data/number.hpp"
#include "host/data/number_targets.hpp"

namespace curb::data {
namespace {

constexpr std::string_view kBlanks = " \t\r";

struct Entry {
  std::size_t column;  // from 0
  float value;
};

struct SparseRow {
  std::size_t line;  // from 1
  std::size_t end;   // of its entries
};

// A whole file, as it stands.
struct SparseRows {
  std::vector<Entry> entries;
  std::vector<SparseRow> rows;
  std::vector<double> labels;
  std::size_t columns = 0;
};

// Takes the next word off `line`; empty at the end.
std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
  line.remove_prefix(word.size());
  return word;
}

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  // `known`: how many features there are; 0: as many as turn up.
  SparseRows read(std::size_t known) {
    known_ = known;
    const std::string text = read_file(path_);
    std::string_view left = text;
    while (!left.empty()) {
      ++line_;
      const std::size_t end = std::min(left.find('\n'), left.size());
      const std::string_view line = left.substr(0, end);
      left.remove_prefix(std::min(end + 1, left.size()));
      read_line(line.substr(0, line.find('#')));
    }
    if (result_.rows.empty()) throw DataError(path_ + ": the file has no rows");
    if (known > 0) result_.columns = known;
    if (result_.columns == 0) throw DataError(path_ + ": no row has a feature");
    return std::move(result_);
  }

 private:
  DataError error(const std::string& message) const { return line_error(path_, line_, message); }

  void read_line(std::string_view line) {
    const std::string_view label = next_word(line);
    if (label.empty()) return;
    const std::optional<double> value = parse_number(label);
    if (!value || !std::isfinite(*value)) {
      throw error("a row begins with its label, a number, not with " + in_quotes(label));
    }
    std::size_t after = 0;  // the last index
    for (std::string_view word = next_word(line); !word.empty(); word = next_word(line)) {
      after = read_entry(word, after);
    }
    result_.labels.push_back(*value);
    result_.rows.push_back({line_, result_.entries.size()});
    result_.columns = std::max(result_.columns, after);
  }

  // Gives the index.
  std::size_t read_entry(std::string_view word, std::size_t after) {
    const std::size_t colon = word.find(':');
    const auto index = parse_whole_number(word.substr(0, colon));
    if (colon == std::string_view::npos || !index) {
      throw error("expected INDEX:VALUE, found " + in_quotes(word));
    }
    if (*index < 1) throw error("index " + std::to_string(*index) + ": indices begin at 1");
    const auto number = static_cast<std::size_t>(*index);
    if (number <= after) {
      throw error("index " + std::to_string(number) + " follows " + std::to_string(after) +
                  "; indices ascend");
    }
    if (known_ > 0 && number > known_) {
      throw error("index " + std::to_string(number) + ", where the training data has " +
                  std::to_string(known_) + " features");
    }
    const std::optional<double> value = parse_number(word.substr(colon + 1));
    const float narrowed = value ? static_cast<float>(*value) : 0.0f;
    if (!value || !std::isfinite(narrowed)) {
      throw error("index " + std::to_string(number) + ": expected a finite number, found " +
                  in_quotes(word.substr(colon + 1)));
    }
    result_.entries.push_back({number - 1, narrowed});
    return number;
  }

  std::string path_;
  std::size_t known_ = 0;
  std::size_t line_ = 0;
  SparseRows result_;
};

void check_size(const std::string& path, const SparseRows& sparse) {
  constexpr std::size_t kMost = std::size_t{1} << 32;  // 16 GiB
  if (sparse.columns > kMost / sparse.rows.size()) {
    throw DataError(path + ": " + std::to_string(sparse.rows.size()) + " rows of " +
                    std::to_string(sparse.columns) + " features are more than can be held densely");
  }
}

Dataset make_dense(const std::string& path, const SparseRows& sparse, Schema schema,
                   Targets targets) {
  check_size(path, sparse);
  Dataset dataset;
  dataset.schema = std::move(schema);
  dataset.rows = sparse.rows.size();
  dataset.columns = sparse.columns;
  dataset.features.resize(dataset.rows * dataset.columns);
  std::size_t entry = 0;
  for (std::size_t row = 0; row < dataset.rows; ++row) {
    for (; entry < sparse.rows[row].end; ++entry) {
      const Entry& e = sparse.entries[entry];
      dataset.features[row * dataset.columns + e.column] = e.value;
    }
  }
  if (targets == Targets::required) {
    add_number_targets(dataset, sparse.labels, [&](std::size_t row) {
      return path + ":" + std::to_string(sparse.rows[row].line);
    });
    check_finite(dataset, path);  // a label may be beyond the range of float
  }
  return dataset;
}

}  // namespace

Dataset read_libsvm(const std::string& path, Task task) {
  if (task == Task::multilabel) {
    throw DataError(path +
                    ": a LIBSVM file has one label in each row; for several choose NPZ or CSV");
  }
  const SparseRows sparse = Reader(path).read(0);
  check_size(path, sparse);
  Schema schema{.task = task, .feature_names = {}, .target_names = {"label"}, .class_names = {}};
  for (std::size_t i = 1; i <= sparse.columns; ++i) {
    schema.feature_names.push_back(numbered("f", i));
  }
  return make_dense(path, sparse, std::move(schema), Targets::required);
}

Dataset read_libsvm(const std::string& path, const Schema& schema, Targets targets) {
  return make_dense(path, Reader(path).read(schema.feature_names.size()), schema, targets);
}

}  // namespace curb::data
