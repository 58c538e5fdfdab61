// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Targets from numbers.
#include "host/data/number_targets.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>

#include "host/data/error.hpp"
#include "host/data/number.hpp"

namespace curb::data {
namespace {

using Place = std::function<std::string(std::size_t row)>;

// The shortest text that stands for the number.
std::string to_text(double value) {
  char text[32];
  const auto [end, problem] = std::to_chars(text, text + sizeof text, value);
  return {text, end};
}

long long to_class(double value, std::size_t row, const Place& place) {
  if (!is_whole(value)) {
    throw DataError(place(row) + ": " + to_text(value) +
                    " is not a whole number, so it cannot be a class; for a numeric target choose "
                    "the task regression");
  }
  return static_cast<long long>(value);
}

std::vector<std::string> learn_classes(const std::vector<double>& values, const Place& place) {
  std::set<long long> classes;
  for (std::size_t row = 0; row < values.size(); ++row) {
    classes.insert(to_class(values[row], row, place));
  }
  if (classes.size() == 1) {
    throw DataError(place(0) + ": every row is of class " + std::to_string(*classes.begin()) +
                    "; classification needs two classes or more");
  }
  std::vector<std::string> names;
  for (const long long value : classes) names.push_back(std::to_string(value));
  return names;
}

void add_labels(Dataset& dataset, const std::vector<double>& values, const Place& place) {
  std::vector<std::string>& names = dataset.schema.class_names;
  if (names.empty()) names = learn_classes(values, place);
  std::map<std::string, std::int32_t> index;
  for (const std::string& name : names) {
    index.emplace(name, static_cast<std::int32_t>(index.size()));
  }
  dataset.labels.reserve(values.size());
  for (std::size_t row = 0; row < values.size(); ++row) {
    const std::string name = std::to_string(to_class(values[row], row, place));
    const auto found = index.find(name);
    if (found == index.end()) {
      throw DataError(place(row) + ": class " + name + " does not occur in the training data");
    }
    dataset.labels.push_back(found->second);
  }
}

}  // namespace

void add_number_targets(Dataset& dataset, const std::vector<double>& values, const Place& place) {
  if (dataset.schema.task == Task::classification) return add_labels(dataset, values, place);
  dataset.targets.assign(values.begin(), values.end());
  if (dataset.schema.task == Task::regression) return;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != 0.0 && values[i] != 1.0) {
      throw DataError(place(i / dataset.schema.target_names.size()) +
                      ": a multilabel target is 0 or 1, not " + to_text(values[i]));
    }
  }
}

}  // namespace curb::data
