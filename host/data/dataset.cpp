// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Choosing and checking the rows of a data set.
#include "host/data/dataset.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <stdexcept>
#include <utility>

#include "host/data/error.hpp"
#include "host/data/message.hpp"

namespace curb::data {
namespace {

void check_finite(const std::vector<float>& values, const std::vector<std::string>& names,
                  const std::string& source) {
  const auto bad =
      std::find_if(values.begin(), values.end(), [](float v) { return !std::isfinite(v); });
  if (bad == values.end()) return;
  const auto index = static_cast<std::size_t>(bad - values.begin());
  throw DataError(source + ": row " + std::to_string(index / names.size()) + ", column " +
                  in_quotes(names[index % names.size()]) + ": the value is " +
                  (std::isnan(*bad) ? "NaN" : "infinite"));
}

// Appends row `row` of `from`, a row-major matrix of `width` columns, to `to`.
template <typename T>
void append_row(const std::vector<T>& from, std::size_t row, std::size_t width,
                std::vector<T>& to) {
  const auto begin = from.begin() + static_cast<std::ptrdiff_t>(row * width);
  to.insert(to.end(), begin, begin + static_cast<std::ptrdiff_t>(width));
}

}  // namespace

Dataset take_rows(const Dataset& dataset, std::span<const std::size_t> chosen) {
  const std::size_t label_width = dataset.labels.empty() ? 0 : 1;
  const std::size_t target_width = dataset.targets.empty() ? 0 : dataset.schema.target_names.size();
  Dataset result;
  result.schema = dataset.schema;
  result.rows = chosen.size();
  result.columns = dataset.columns;
  result.image = dataset.image;
  result.features.reserve(chosen.size() * dataset.columns);
  result.labels.reserve(chosen.size() * label_width);
  result.targets.reserve(chosen.size() * target_width);
  for (const std::size_t row : chosen) {
    if (row >= dataset.rows) {
      throw std::out_of_range("take_rows: row " + std::to_string(row) + " of " +
                              std::to_string(dataset.rows));
    }
    append_row(dataset.features, row, dataset.columns, result.features);
    append_row(dataset.labels, row, label_width, result.labels);
    append_row(dataset.targets, row, target_width, result.targets);
  }
  return result;
}

std::vector<std::size_t> shuffled_indices(std::size_t count, std::uint64_t seed) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::mt19937_64 random(seed);
  for (std::size_t i = count; i > 1; --i) {
    // The remainder favours small values by less than count / 2^64: far below what shows.
    std::swap(order[i - 1], order[static_cast<std::size_t>(random() % i)]);
  }
  return order;
}

ValidationSplit split_validation(const Dataset& dataset, double fraction, std::uint64_t seed) {
  if (!(fraction > 0.0 && fraction < 1.0)) {
    throw DataError("validation fraction " + std::to_string(fraction) +
                    " must lie between 0 and 1");
  }
  const auto count =
      static_cast<std::size_t>(std::llround(fraction * static_cast<double>(dataset.rows)));
  if (count == 0 || count >= dataset.rows) {
    throw DataError("validation fraction " + std::to_string(fraction) + " of " +
                    std::to_string(dataset.rows) + " rows leaves " +
                    (count == 0 ? "no row to validate on" : "no row to train on"));
  }
  std::vector<std::size_t> order = shuffled_indices(dataset.rows, seed);
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(count);
  std::sort(order.begin(), middle);
  std::sort(middle, order.end());
  return {.train = take_rows(dataset, {middle, order.end()}),
          .validation = take_rows(dataset, {order.begin(), middle})};
}

void check_finite(const Dataset& dataset, const std::string& source) {
  check_finite(dataset.features, dataset.schema.feature_names, source);
  check_finite(dataset.targets, dataset.schema.target_names, source);
}

}  // namespace curb::data
