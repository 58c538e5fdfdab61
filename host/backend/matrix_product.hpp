// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Dense matrix products on the CPU, by the library at hand: oneDNN (onednn_matrix_product.cpp), or
// CBLAS where oneDNN is not to be had (cblas_matrix_product.cpp). The build takes one of the two.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>

namespace curb::backend {

/// C = op(A) op(B) of shape [m, n]. op(A) is [m, k]: A as stored, or the transpose of A [k, m];
/// likewise op(B) [k, n]. Stored row-major and contiguous.
struct ProductShape {
  bool transpose_a = false;
  bool transpose_b = false;
  std::int64_t m = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;

  auto operator<=>(const ProductShape&) const = default;
};

inline std::string to_string(const ProductShape& shape) {
  return "product of [" + std::to_string(shape.m) + ", " + std::to_string(shape.k) + "] and [" +
         std::to_string(shape.k) + ", " + std::to_string(shape.n) + "]";
}

class MatrixProduct {
 public:
  explicit MatrixProduct(int threads);
  ~MatrixProduct();
  MatrixProduct(const MatrixProduct&) = delete;
  MatrixProduct& operator=(const MatrixProduct&) = delete;

  /// Overwrites C, which overlaps neither A nor B. No size is 0. The first product of a shape
  /// prepares what later ones use. Throws std::runtime_error when the library fails.
  void multiply(const ProductShape& shape, const float* a, const float* b, float* c);

  /// The library and its version.
  static const char* library();
  /// Which of the processor's instructions the library uses, in its own words.
  static const char* instruction_set();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace curb::backend
