// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Matrix products against sums in double, on both sides of every size at which the method changes.
#include "host/backend/matrix_product.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "tests/host/backend/values.hpp"

namespace curb::backend {
namespace {

std::size_t size_of(std::int64_t rows, std::int64_t columns) {
  return static_cast<std::size_t>(rows * columns);
}

struct Operands {
  explicit Operands(const ProductShape& shape)
      : a(testing::random_values(size_of(shape.m, shape.k), 1)),
        b(testing::random_values(size_of(shape.k, shape.n), 2)),
        c(size_of(shape.m, shape.n), -1.0f) {}
  std::vector<float> a;
  std::vector<float> b;
  std::vector<float> c;
};

void expect_product(MatrixProduct& product, const ProductShape& shape) {
  SCOPED_TRACE("m " + std::to_string(shape.m) + ", n " + std::to_string(shape.n) + ", k " +
               std::to_string(shape.k) + (shape.transpose_a ? ", A transposed" : "") +
               (shape.transpose_b ? ", B transposed" : ""));
  Operands x(shape);
  product.multiply(shape, x.a.data(), x.b.data(), x.c.data());
  double worst = 0.0;
  for (std::int64_t i = 0; i < shape.m; ++i) {
    for (std::int64_t j = 0; j < shape.n; ++j) {
      double sum = 0.0;
      for (std::int64_t l = 0; l < shape.k; ++l) {
        const double a = x.a[size_of(1, shape.transpose_a ? l * shape.m + i : i * shape.k + l)];
        const double b = x.b[size_of(1, shape.transpose_b ? j * shape.k + l : l * shape.n + j)];
        sum += a * b;
      }
      worst = std::max(worst, std::fabs(sum - x.c[size_of(1, i * shape.n + j)]));
    }
  }
  EXPECT_LT(worst, 1e-6 * std::sqrt(static_cast<double>(shape.k)) + 1e-6);
}

class MatrixProductTest : public ::testing::TestWithParam<int> {};

TEST_P(MatrixProductTest, AgreesWithSumsInDouble) {
  MatrixProduct product(GetParam());
  for (const std::int64_t rows : {1, 2, 10, 15, 16, 17, 100}) {
    for (const auto& [fan_in, fan_out] :
         {std::pair<std::int64_t, std::int64_t>{1, 1}, {3, 1}, {64, 10}, {37, 53}, {257, 129}}) {
      expect_product(product, {false, true, rows, fan_out, fan_in});
      expect_product(product, {true, false, fan_out, fan_in, rows});
      expect_product(product, {false, false, rows, fan_in, fan_out});
    }
  }
}

TEST_P(MatrixProductTest, GivesTheSameBitsAgain) {
  MatrixProduct product(GetParam());
  MatrixProduct another(GetParam());
  for (const ProductShape& shape :
       {ProductShape{false, true, 10, 100, 784}, ProductShape{false, true, 128, 256, 784},
        ProductShape{true, false, 256, 784, 128}}) {
    Operands first(shape);
    Operands second(shape);
    product.multiply(shape, first.a.data(), first.b.data(), first.c.data());
    another.multiply(shape, second.a.data(), second.b.data(), second.c.data());
    EXPECT_EQ(first.c, second.c);
    second.c.assign(second.c.size(), 0.0f);
    product.multiply(shape, second.a.data(), second.b.data(), second.c.data());
    EXPECT_EQ(first.c, second.c);
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, MatrixProductTest, ::testing::Values(1, 2, 3));

TEST(MatrixProduct, NamesItsLibrary) {
  const std::string library = MatrixProduct::library();
  EXPECT_TRUE(library.starts_with("oneDNN ") || library == "CBLAS") << library;
}

}  // namespace
}  // namespace curb::backend
