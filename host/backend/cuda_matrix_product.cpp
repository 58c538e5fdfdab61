// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// cuBLASLt's matrices are column-major: a row-major matrix is to it the transpose, so that
// C = op(A) op(B) is asked for as C' = op(B)' op(A)', with the factors in the other order.
#include "host/backend/cuda_matrix_product.hpp"

#include <stdexcept>
#include <utility>

#include "kernels/launch.cuh"

namespace curb::backend {
namespace {

/// What NVIDIA recommends for Hopper; older devices want less.
constexpr std::uint64_t kWorkspaceBytes = std::uint64_t{32} << 20;

void check(cublasStatus_t status, const char* call) {
  if (status != CUBLAS_STATUS_SUCCESS) {
    throw std::runtime_error(std::string(call) + ": " + cublasLtGetStatusName(status));
  }
}

/// The largest power of two, of at most 16 bytes, that divides the address: no access is wider.
std::uint32_t alignment_of(const void* address) {
  const auto bits = reinterpret_cast<std::uintptr_t>(address) | 16u;
  return static_cast<std::uint32_t>(bits & (~bits + 1));
}

void set_transpose(cublasLtMatmulDesc_t operation, cublasLtMatmulDescAttributes_t attribute,
                   bool transpose) {
  const cublasOperation_t value = transpose ? CUBLAS_OP_T : CUBLAS_OP_N;
  check(cublasLtMatmulDescSetAttribute(operation, attribute, &value, sizeof value),
        "cublasLtMatmulDescSetAttribute");
}

template <class T>
void set_preference(cublasLtMatmulPreference_t preference,
                    cublasLtMatmulPreferenceAttributes_t attribute, T value) {
  check(cublasLtMatmulPreferenceSetAttribute(preference, attribute, &value, sizeof value),
        "cublasLtMatmulPreferenceSetAttribute");
}

}  // namespace

CudaMatrixProduct::CudaMatrixProduct() {
  cublasLtHandle_t context = nullptr;
  check(cublasLtCreate(&context), "cublasLtCreate");
  context_.reset(context);
  kernels::check(cudaMalloc(&workspace_, kWorkspaceBytes),
                 "allocating the workspace of matrix products");
}

CudaMatrixProduct::~CudaMatrixProduct() { cudaFree(workspace_); }

std::string CudaMatrixProduct::library() {
  const std::size_t version = cublasLtGetVersion();
  return "cuBLASLt " + std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) +
         "." + std::to_string(version % 100);
}

/// The layout of a row-major matrix [rows, columns].
CudaMatrixProduct::Layout CudaMatrixProduct::make_layout(std::int64_t rows, std::int64_t columns) {
  cublasLtMatrixLayout_t layout = nullptr;
  check(cublasLtMatrixLayoutCreate(&layout, CUDA_R_32F, static_cast<std::uint64_t>(columns),
                                   static_cast<std::uint64_t>(rows), columns),
        "cublasLtMatrixLayoutCreate");
  return Layout(layout);
}

const CudaMatrixProduct::Prepared& CudaMatrixProduct::prepare(const Key& key) {
  const auto found = prepared_.find(key);
  if (found != prepared_.end()) return found->second;
  const ProductShape& shape = key.shape;
  cublasLtMatmulDesc_t operation = nullptr;
  check(cublasLtMatmulDescCreate(&operation, CUBLAS_COMPUTE_32F, CUDA_R_32F),
        "cublasLtMatmulDescCreate");
  Prepared product{
      Operation(operation),
      shape.transpose_a ? make_layout(shape.k, shape.m) : make_layout(shape.m, shape.k),
      shape.transpose_b ? make_layout(shape.n, shape.k) : make_layout(shape.k, shape.n),
      make_layout(shape.m, shape.n),
      {}};
  set_transpose(operation, CUBLASLT_MATMUL_DESC_TRANSA, shape.transpose_b);
  set_transpose(operation, CUBLASLT_MATMUL_DESC_TRANSB, shape.transpose_a);

  cublasLtMatmulPreference_t made = nullptr;
  check(cublasLtMatmulPreferenceCreate(&made), "cublasLtMatmulPreferenceCreate");
  const Owned<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceDestroy> preference(made);
  set_preference(made, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, kWorkspaceBytes);
  set_preference(made, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, key.alignment[1]);
  set_preference(made, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, key.alignment[0]);
  set_preference(made, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, key.alignment[2]);
  set_preference(made, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, key.alignment[2]);
  cublasLtMatmulHeuristicResult_t result{};
  int results = 0;
  check(
      cublasLtMatmulAlgoGetHeuristic(context_.get(), operation, product.b.get(), product.a.get(),
                                     product.c.get(), product.c.get(), made, 1, &result, &results),
      "cublasLtMatmulAlgoGetHeuristic");
  check(results > 0 ? result.state : CUBLAS_STATUS_NOT_SUPPORTED, "choosing an algorithm");
  product.algorithm = result.algo;
  return prepared_.emplace(key, std::move(product)).first->second;
}

void CudaMatrixProduct::multiply(const ProductShape& shape, const float* a, const float* b,
                                 float* c, cudaStream_t stream) {
  constexpr float kOne = 1.0f;
  constexpr float kZero = 0.0f;
  try {
    const Prepared& product = prepare({shape, {alignment_of(a), alignment_of(b), alignment_of(c)}});
    check(cublasLtMatmul(context_.get(), product.operation.get(), &kOne, b, product.b.get(), a,
                         product.a.get(), &kZero, c, product.c.get(), c, product.c.get(),
                         &product.algorithm, workspace_, kWorkspaceBytes, stream),
          "cublasLtMatmul");
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(to_string(shape) + ": " + error.what());
  }
}

}  // namespace curb::backend
