// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// What every part of the double-precision reference needs: a dense matrix and the Euclidean norm.
// Nothing below tests/reference and tests/oracles includes a header of the library, so that a
// mistake in the library cannot be repeated here by inclusion.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace curb::testing {

// Row-major and contiguous. In a weight matrix one row is one neuron's incoming weights.
struct Matrix {
  Matrix() = default;
  Matrix(std::size_t row_count, std::size_t column_count, double fill = 0.0)
      : rows(row_count), columns(column_count), values(row_count * column_count, fill) {}

  double& operator()(std::size_t row, std::size_t column) { return values[row * columns + column]; }
  double operator()(std::size_t row, std::size_t column) const {
    return values[row * columns + column];
  }

  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> values;
};

// sqrt(sum x_i^2). The sum is wider than double, so the result is within one rounding of the true
// norm whatever the length; the max-norm clamp counts on that.
inline double norm(const std::vector<double>& x) {
  long double sum = 0.0L;
  for (const double value : x) sum += static_cast<long double>(value) * value;
  return static_cast<double>(std::sqrt(sum));
}

// |a - b|
inline double distance(std::vector<double> a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
  return norm(a);
}

}  // namespace curb::testing
