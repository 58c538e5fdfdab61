// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// One door to every kind of data.
#include "host/data/open.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <numeric>
#include <utility>
#include <vector>

#include "host/data/csv.hpp"
#include "host/data/digits.hpp"
#include "host/data/error.hpp"
#include "host/data/idx.hpp"
#include "host/data/message.hpp"
#include "host/data/number.hpp"

namespace curb::data {
namespace {

enum class Kind { digits, mnist, csv, idx };

struct Source {
  Kind kind;
  std::string path;    // of the file, the directory or the images
  std::string labels;  // idx only
};

// What follows `prefix` in `spec`, if it begins so.
std::optional<std::string> after(const std::string& spec, const std::string& prefix) {
  if (!spec.starts_with(prefix)) return std::nullopt;
  return spec.substr(prefix.size());
}

bool is_csv_name(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name.ends_with(".csv") || name.ends_with(".csv.gz");
}

DataError unknown_data(const std::string& spec) {
  std::string hint =
      did_you_mean(spec.substr(0, spec.find(':')), {"digits", "mnist", "csv", "idx"});
  std::error_code ignored;
  if (std::filesystem::is_directory(spec, ignored)) {
    hint = "; for a directory with MNIST's files say mnist:" + spec;
  } else if (std::filesystem::exists(spec, ignored)) {
    hint = "; if the file is comma-separated say csv:" + spec;
  }
  return DataError("unknown data " + in_quotes(spec) + hint +
                   " (data are digits, mnist:DIRECTORY, FILE.csv, FILE.csv.gz, csv:FILE or "
                   "idx:IMAGES,LABELS)");
}

Source parse_source(const std::string& spec) {
  if (spec == "digits") return {Kind::digits, "", ""};
  if (const auto directory = after(spec, "mnist:")) return {Kind::mnist, *directory, ""};
  if (const auto file = after(spec, "csv:")) return {Kind::csv, *file, ""};
  if (const auto files = after(spec, "idx:")) {
    const std::size_t comma = files->find(',');
    if (comma == std::string::npos) {
      throw DataError(in_quotes(spec) + ": the labels are missing; say idx:IMAGES,LABELS");
    }
    return {Kind::idx, files->substr(0, comma), files->substr(comma + 1)};
  }
  if (is_csv_name(spec)) return {Kind::csv, spec, ""};
  throw unknown_data(spec);
}

// Data that come with their own test rows; nothing for the other kinds.
std::optional<TrainTest> read_divided(const Source& source) {
  if (source.kind == Kind::digits) return load_digits();
  if (source.kind == Kind::mnist) return read_mnist(source.path);
  return std::nullopt;
}

Dataset read(const Source& source, const DataOptions& options) {
  if (source.kind == Kind::idx) return read_idx_pair(source.path, source.labels);
  return read_csv(source.path,
                  {.task = options.task, .target = options.target, .header = options.header});
}

Dataset read(const Source& source, const Schema& schema, std::optional<bool> header,
             Targets targets) {
  if (source.kind == Kind::idx) return read_idx_pair(source.path, source.labels, schema);
  return read_csv(source.path, schema, header, targets);
}

// Options that say nothing to the kind of data at hand are refused, not passed over.
void check_options(const std::string& spec, Kind kind, const DataOptions& options) {
  if (kind == Kind::csv) return;
  if (options.task != Task::classification) {
    throw DataError(spec + ": these data are for classification only");
  }
  if (options.target != DataOptions{}.target || options.header) {
    throw DataError(spec + ": target and header are for CSV files only");
  }
  if (kind != Kind::idx && !options.test.empty()) {
    throw DataError(spec + ": these data bring their own test rows, so test " +
                    in_quotes(options.test) + " has no place");
  }
}

// A validation or test set, read as the training set of kind `kind` was.
Dataset read_companion(const std::string& spec, Kind kind, const Schema& schema,
                       std::optional<bool> header) {
  const Source source = parse_source(spec);
  if (source.kind != kind || kind == Kind::digits || kind == Kind::mnist) {
    throw DataError(in_quotes(spec) + " is not of the kind of the training data");
  }
  return read(source, schema, header, Targets::required);
}

// Without the rows from `count` on.
void keep_first(Dataset& dataset, std::int64_t count, const std::string& spec) {
  if (count < 0 || static_cast<std::size_t>(count) > dataset.rows) {
    throw DataError(spec + ": there are " + std::to_string(dataset.rows) +
                    " training rows, of which the first " + std::to_string(count) +
                    " are asked for");
  }
  std::vector<std::size_t> first(static_cast<std::size_t>(count));
  std::iota(first.begin(), first.end(), std::size_t{0});
  dataset = take_rows(dataset, first);
}

DataSets read_all(const std::string& spec, const DataOptions& options) {
  const Source source = parse_source(spec);
  check_options(spec, source.kind, options);
  DataSets sets;
  if (std::optional<TrainTest> divided = read_divided(source)) {
    sets.train = std::move(divided->train);
    sets.test = std::move(divided->test);
  } else {
    sets.train = read(source, options);
    if (!options.test.empty()) {
      sets.test = read_companion(options.test, source.kind, sets.train.schema, options.header);
    }
  }

  if (options.train_rows != 0) keep_first(sets.train, options.train_rows, spec);
  if (const std::optional<double> fraction = parse_number(options.validation)) {
    ValidationSplit split = split_validation(sets.train, *fraction, options.seed);
    sets.train = std::move(split.train);
    sets.validation = std::move(split.validation);
  } else if (!options.validation.empty()) {
    sets.validation =
        read_companion(options.validation, source.kind, sets.train.schema, options.header);
  }
  return sets;
}

}  // namespace

DataSets open_data(const std::string& spec, const DataOptions& options) {
  DataSets sets = read_all(spec, options);
  if (!options.standardize) return sets;

  sets.standardisation = learn_standardisation(sets.train);
  const auto standardise = [&sets](Dataset& dataset, const std::string& name) {
    apply(*sets.standardisation, dataset);
    check_finite(dataset, name);  // a value far outside a narrow column can leave float's range
  };
  standardise(sets.train, spec + ", standardised");
  if (sets.validation) standardise(*sets.validation, "validation rows, standardised");
  if (sets.test) standardise(*sets.test, "test rows, standardised");
  return sets;
}

Dataset open_data(const std::string& spec, const Schema& schema, std::optional<bool> header,
                  Targets targets) {
  const Source source = parse_source(spec);
  if (source.kind == Kind::csv || source.kind == Kind::idx) {
    return read(source, schema, header, targets);
  }
  Dataset test = source.kind == Kind::mnist ? read_mnist_test(source.path) : load_digits().test;
  if (test.schema != schema) {
    throw DataError(spec + ": the columns or classes are not those of the training data");
  }
  return test;
}

}  // namespace curb::data
