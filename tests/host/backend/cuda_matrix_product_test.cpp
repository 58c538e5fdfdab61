// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Products of every shape the layers ask for, wherever their matrices lie, against double. On a GPU
// their tolerance also tells fp32 from TF32, whose factors are rounded to 11 bits.
#include "host/backend/cuda_matrix_product.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/host/backend/values.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

using backend::CudaMatrixProduct;
using backend::ProductShape;

/// Element [row, column] of op(matrix), whose shape is [rows, columns].
double element(const std::vector<float>& matrix, bool transposed, std::int64_t rows,
               std::int64_t columns, std::int64_t row, std::int64_t column) {
  return matrix[static_cast<std::size_t>(transposed ? column * rows + row
                                                    : row * columns + column)];
}

/// `offsets`: of A, B and C from a boundary of 256 bytes, in elements.
void expect_product(CudaMatrixProduct& product, const ProductShape& shape,
                    const std::vector<std::size_t>& offsets) {
  SCOPED_TRACE(to_string(shape) + (shape.transpose_a ? ", A transposed" : "") +
               (shape.transpose_b ? ", B transposed" : ""));
  const auto size = [](std::int64_t rows, std::int64_t columns) {
    return static_cast<std::size_t>(rows * columns);
  };
  const std::vector<float> a = random_values(size(shape.m, shape.k), 1);
  const std::vector<float> b = random_values(size(shape.k, shape.n), 2);
  const DeviceBuffer<float> a_device(a, offsets[0]);
  const DeviceBuffer<float> b_device(b, offsets[1]);
  DeviceBuffer<float> c_device(size(shape.m, shape.n), offsets[2]);
  product.multiply(
      {.shape = shape, .a = a_device.data(), .b = b_device.data(), .c = c_device.data()}, nullptr);
  const std::vector<float> c = c_device.download();
  for (std::int64_t i = 0; i < shape.m; ++i) {
    for (std::int64_t j = 0; j < shape.n; ++j) {
      double expected = 0.0;
      double magnitude = 0.0;
      for (std::int64_t k = 0; k < shape.k; ++k) {
        const double term = element(a, shape.transpose_a, shape.m, shape.k, i, k) *
                            element(b, shape.transpose_b, shape.k, shape.n, k, j);
        expected += term;
        magnitude += std::fabs(term);
      }
      ASSERT_NEAR(c[size(i, shape.n) + static_cast<std::size_t>(j)], expected, 1e-6 * magnitude)
          << i << ", " << j;
    }
  }
}

TEST(CudaMatrixProduct, MultipliesAsItIsAsked) {
  on_every_order([] {
    CudaMatrixProduct product(backend::Precision::fp32);
    for (const bool transpose_a : {false, true}) {
      for (const bool transpose_b : {false, true}) {
        expect_product(product, {transpose_a, transpose_b, 1, 1, 1}, {0, 0, 0});
        expect_product(product, {transpose_a, transpose_b, 5, 7, 3}, {0, 0, 0});
        expect_product(product, {transpose_a, transpose_b, 16, 8, 32}, {4, 8, 12});
        expect_product(product, {transpose_a, transpose_b, 16, 8, 32}, {1, 2, 3});
        expect_product(product, {transpose_a, transpose_b, 33, 10, 65}, {3, 1, 1});
      }
    }
  });
}

}  // namespace
}  // namespace curb::testing
