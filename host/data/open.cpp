// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// One door to every kind of data.
#include "host/data/open.hpp"

#include <numeric>
#include <utility>
#include <vector>

#include "host/data/csv.hpp"
#include "host/data/digits.hpp"
#include "host/data/error.hpp"
#include "host/data/idx.hpp"
#include "host/data/libsvm.hpp"
#include "host/data/message.hpp"
#include "host/data/number.hpp"
#include "host/data/numpy.hpp"
#include "host/data/source.hpp"

namespace curb::data {
namespace {

MaybeDivided divided(TrainTest data) { return {std::move(data.train), std::move(data.test)}; }

MaybeDivided read(const Source& source, const DataOptions& options) {
  const auto whole = [](Dataset data) { return MaybeDivided{std::move(data), std::nullopt}; };
  switch (source.kind) {
    case SourceKind::digits:
      return divided(load_digits());
    case SourceKind::mnist:
      return divided(read_mnist(source.path));
    case SourceKind::idx:
      return whole(read_idx_pair(source.path, source.second));
    case SourceKind::npz:
      return read_npz(source.path, options.task);
    case SourceKind::npy:
      return whole(read_npy(source.path, options.target, options.task));
    case SourceKind::npy_pair:
      return whole(read_npy_pair(source.path, source.second, options.task));
    case SourceKind::libsvm:
      return whole(read_libsvm(source.path, options.task));
    case SourceKind::csv:
      break;
  }
  return whole(read_csv(
      source.path, {.task = options.task, .target = options.target, .header = options.header}));
}

Dataset read(const Source& source, const Schema& schema, std::optional<bool> header,
             Targets targets) {
  switch (source.kind) {
    case SourceKind::digits:
      return load_digits().test;
    case SourceKind::mnist:
      return read_mnist_test(source.path);
    case SourceKind::idx:
      return read_idx_pair(source.path, source.second, schema);
    case SourceKind::npz:
      return read_npz(source.path, schema, targets);
    case SourceKind::npy:
      return read_npy(source.path, schema, targets);
    case SourceKind::npy_pair:
      return read_npy_pair(source.path, source.second, schema);
    case SourceKind::libsvm:
      return read_libsvm(source.path, schema, targets);
    case SourceKind::csv:
      break;
  }
  return read_csv(source.path, schema, header, targets);
}

// Options that say nothing to the kind of data at hand are refused, not passed over.
void check_options(const std::string& spec, SourceKind kind, const DataOptions& options) {
  if (!has_task(kind, options.task)) {
    throw DataError(spec + ": these data are for classification only");
  }
  if (options.target != DataOptions{}.target && !has_target_columns(kind)) {
    throw DataError(spec + ": target is for CSV files and tables in an NPY file only");
  }
  if (options.header && kind != SourceKind::csv) {
    throw DataError(spec + ": header is for CSV files only");
  }
}

// A validation or test set, read as the training set of kind `kind` was.
Dataset read_companion(const std::string& spec, SourceKind kind, const Schema& schema,
                       std::optional<bool> header) {
  const Source source = parse_source(spec);
  if (source.kind != kind || kind == SourceKind::digits || kind == SourceKind::mnist) {
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
  MaybeDivided data = read(source, options);
  DataSets sets;
  sets.train = std::move(data.train);
  sets.test = std::move(data.test);
  if (!options.test.empty()) {
    if (sets.test) {
      throw DataError(spec + ": these data bring their own test rows, so test " +
                      in_quotes(options.test) + " has no place");
    }
    sets.test = read_companion(options.test, source.kind, sets.train.schema, options.header);
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
  Dataset dataset = read(parse_source(spec), schema, header, targets);
  if (dataset.schema != schema) {
    throw DataError(spec + ": the columns or classes are not those of the training data");
  }
  return dataset;
}

}  // namespace curb::data
