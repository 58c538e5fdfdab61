// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Mean and standard deviation of each column, in double, in two passes over the rows.
#include "host/data/standardisation.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

namespace curb::data {

Standardisation learn_standardisation(const Dataset& train) {
  if (train.rows == 0) throw std::invalid_argument("learn_standardisation: no rows");
  const auto rows = static_cast<double>(train.rows);

  std::vector<double> mean(train.columns, 0.0);
  for (std::size_t row = 0; row < train.rows; ++row) {
    const float* const values = train.features.data() + row * train.columns;
    for (std::size_t column = 0; column < train.columns; ++column) mean[column] += values[column];
  }
  for (double& m : mean) m /= rows;

  std::vector<double> sum_of_squares(train.columns, 0.0);
  for (std::size_t row = 0; row < train.rows; ++row) {
    const float* const values = train.features.data() + row * train.columns;
    for (std::size_t column = 0; column < train.columns; ++column) {
      const double deviation = values[column] - mean[column];
      sum_of_squares[column] += deviation * deviation;
    }
  }

  Standardisation result;
  for (std::size_t column = 0; column < train.columns; ++column) {
    const auto deviation = static_cast<float>(std::sqrt(sum_of_squares[column] / rows));
    result.mean.push_back(static_cast<float>(mean[column]));
    // A constant column has exactly 0 here: up to 2^29 equal floats add up without rounding.
    result.scale.push_back(deviation == 0.0f ? 1.0f : deviation);
  }
  return result;
}

void apply(const Standardisation& standardisation, Dataset& dataset) {
  if (standardisation.mean.size() != dataset.columns ||
      standardisation.scale.size() != dataset.columns) {
    throw std::invalid_argument("standardisation of " +
                                std::to_string(standardisation.mean.size()) +
                                " columns applied to " + std::to_string(dataset.columns));
  }
  for (std::size_t row = 0; row < dataset.rows; ++row) {
    float* const values = dataset.features.data() + row * dataset.columns;
    for (std::size_t column = 0; column < dataset.columns; ++column) {
      values[column] =
          (values[column] - standardisation.mean[column]) / standardisation.scale[column];
    }
  }
}

}  // namespace curb::data
