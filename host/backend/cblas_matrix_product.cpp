// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Matrix products by CBLAS. How many threads a BLAS uses is its own affair: the interface has no
// word for it.
#include <cblas.h>

#include <limits>
#include <stdexcept>

#include "host/backend/matrix_product.hpp"

namespace curb::backend {
namespace {

int blas_size(std::int64_t size) {
  if (size > std::numeric_limits<int>::max()) {
    throw std::runtime_error("matrix product: CBLAS takes no size above 2^31 - 1");
  }
  return static_cast<int>(size);
}

CBLAS_TRANSPOSE blas_transpose(bool transpose) { return transpose ? CblasTrans : CblasNoTrans; }

}  // namespace

class MatrixProduct::Impl {};

MatrixProduct::MatrixProduct(int) {}
MatrixProduct::~MatrixProduct() = default;

void MatrixProduct::multiply(const ProductShape& shape, const float* a, const float* b, float* c) {
  const int m = blas_size(shape.m);
  const int n = blas_size(shape.n);
  const int k = blas_size(shape.k);
  cblas_sgemm(CblasRowMajor, blas_transpose(shape.transpose_a), blas_transpose(shape.transpose_b),
              m, n, k, 1.0f, a, shape.transpose_a ? m : k, b, shape.transpose_b ? k : n, 0.0f, c,
              n);
}

const char* MatrixProduct::library() { return "CBLAS"; }

const char* MatrixProduct::instruction_set() { return "instructions of its own choice"; }

}  // namespace curb::backend
