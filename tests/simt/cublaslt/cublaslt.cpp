// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Stands in for cuBLASLt on the emulated device. A product is summed in double and rounded once,
// runs in stream order and is captured like any other operation. Promises that a caller makes to
// cuBLASLt (alignment, a workspace, memory of the device) are checked; what is not needed here is
// refused as not supported.
#include "tests/simt/include/cublasLt.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "tests/simt/runtime.hpp"

struct cublasLtContext {};

struct cublasLtMatmulDescOpaque_t {
  cublasOperation_t transpose[2] = {CUBLAS_OP_N, CUBLAS_OP_N};  // of a and b
};

struct cublasLtMatrixLayoutOpaque_t {
  std::uint64_t rows;
  std::uint64_t columns;
  std::uint64_t leading_dimension;
};

struct cublasLtMatmulPreferenceOpaque_t {
  std::uint64_t max_workspace = 0;
  std::uint32_t alignment[4] = {256, 256, 256, 256};  // of a, b, c and d
};

namespace simt {
namespace {

// A small one, so that it is asked for and must not lie in anybody's way.
constexpr std::size_t kWorkspaceBytes = 4096;
constexpr int kJunk = 0xff;

// What a cublasLtMatmulAlgo_t holds here.
struct Algorithm {
  std::uint64_t m, n, k;
  std::uint32_t alignment[4];
  std::uint64_t workspace;
};
static_assert(sizeof(Algorithm) <= sizeof(cublasLtMatmulAlgo_t));

// A column-major matrix, perhaps seen transposed.
struct Matrix {
  const float* values;
  std::size_t leading_dimension;
  bool transposed;

  float at(std::size_t row, std::size_t column) const {
    return transposed ? values[column + row * leading_dimension]
                      : values[row + column * leading_dimension];
  }
};

struct Shape {
  std::uint64_t m, n, k;
};

bool shape_of(const cublasLtMatmulDescOpaque_t& desc, const cublasLtMatrixLayoutOpaque_t& a,
              const cublasLtMatrixLayoutOpaque_t& b, const cublasLtMatrixLayoutOpaque_t& d,
              Shape& shape) {
  const bool transpose_a = desc.transpose[0] == CUBLAS_OP_T;
  const bool transpose_b = desc.transpose[1] == CUBLAS_OP_T;
  shape = {d.rows, d.columns, transpose_a ? a.rows : a.columns};
  return (transpose_a ? a.columns : a.rows) == shape.m &&
         (transpose_b ? b.rows : b.columns) == shape.n &&
         (transpose_b ? b.columns : b.rows) == shape.k;
}

std::size_t bytes_of(const cublasLtMatrixLayoutOpaque_t& layout) {
  return ((layout.columns - 1) * layout.leading_dimension + layout.rows) * sizeof(float);
}

bool on_device(const void* address, std::size_t bytes) {
  const auto* entry = find_allocation(address);
  return entry != nullptr && !entry->second.pinned &&
         static_cast<const char*>(address) + bytes <= entry->first + entry->second.bytes;
}

bool aligned(const void* address, std::uint32_t alignment) {
  return reinterpret_cast<std::uintptr_t>(address) % alignment == 0;
}

void multiply(const Shape& shape, const Matrix& a, const Matrix& b, float* d,
              std::size_t leading_dimension) {
  for (std::size_t column = 0; column < shape.n; ++column) {
    for (std::size_t row = 0; row < shape.m; ++row) {
      double sum = 0.0;
      for (std::size_t k = 0; k < shape.k; ++k) {
        sum += static_cast<double>(a.at(row, k)) * static_cast<double>(b.at(k, column));
      }
      d[row + column * leading_dimension] = static_cast<float>(sum);
    }
  }
}

}  // namespace
}  // namespace simt

using namespace simt;

const char* cublasLtGetStatusName(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_SUCCESS:
      return "CUBLAS_STATUS_SUCCESS";
    case CUBLAS_STATUS_NOT_INITIALIZED:
      return "CUBLAS_STATUS_NOT_INITIALIZED";
    case CUBLAS_STATUS_ALLOC_FAILED:
      return "CUBLAS_STATUS_ALLOC_FAILED";
    case CUBLAS_STATUS_INVALID_VALUE:
      return "CUBLAS_STATUS_INVALID_VALUE";
    case CUBLAS_STATUS_EXECUTION_FAILED:
      return "CUBLAS_STATUS_EXECUTION_FAILED";
    case CUBLAS_STATUS_NOT_SUPPORTED:
      return "CUBLAS_STATUS_NOT_SUPPORTED";
  }
  return "unknown status";
}

std::size_t cublasLtGetVersion() { return 130000; }

cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  *handle = new cublasLtContext;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
  delete handle;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* desc, cublasComputeType_t compute,
                                        cudaDataType_t scale) {
  if (compute != CUBLAS_COMPUTE_32F || scale != CUDA_R_32F) return CUBLAS_STATUS_NOT_SUPPORTED;
  *desc = new cublasLtMatmulDescOpaque_t;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t desc) {
  delete desc;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t desc,
                                              cublasLtMatmulDescAttributes_t attribute,
                                              const void* value, std::size_t bytes) {
  if (bytes != sizeof(cublasOperation_t)) return CUBLAS_STATUS_INVALID_VALUE;
  std::memcpy(&desc->transpose[attribute - CUBLASLT_MATMUL_DESC_TRANSA], value, bytes);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* layout, cudaDataType type,
                                          std::uint64_t rows, std::uint64_t columns,
                                          std::int64_t leading_dimension) {
  if (type != CUDA_R_32F) return CUBLAS_STATUS_NOT_SUPPORTED;
  const auto stride = static_cast<std::uint64_t>(leading_dimension);
  if (rows == 0 || columns == 0 || leading_dimension < 0 || stride < rows) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  *layout = new cublasLtMatrixLayoutOpaque_t{rows, columns, stride};
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout) {
  delete layout;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* preference) {
  *preference = new cublasLtMatmulPreferenceOpaque_t;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference) {
  delete preference;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference,
                                                    cublasLtMatmulPreferenceAttributes_t attribute,
                                                    const void* value, std::size_t bytes) {
  const bool workspace = attribute == CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES;
  if (bytes != (workspace ? sizeof(std::uint64_t) : sizeof(std::uint32_t))) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  if (workspace) {
    std::memcpy(&preference->max_workspace, value, bytes);
  } else {
    const int matrix = attribute - CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES;
    std::memcpy(&preference->alignment[matrix], value, bytes);
  }
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t, cublasLtMatmulDesc_t desc,
                                              cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                              cublasLtMatrixLayout_t, cublasLtMatrixLayout_t d,
                                              cublasLtMatmulPreference_t preference, int wanted,
                                              cublasLtMatmulHeuristicResult_t results[],
                                              int* found) {
  Shape shape;
  *found = 0;
  if (wanted < 1 || !shape_of(*desc, *a, *b, *d, shape)) return CUBLAS_STATUS_INVALID_VALUE;
  Algorithm algorithm{shape.m, shape.n, shape.k, {}, 0};
  std::copy_n(preference->alignment, 4, algorithm.alignment);
  algorithm.workspace = std::min<std::uint64_t>(preference->max_workspace, kWorkspaceBytes);
  results[0] = {};
  std::memcpy(&results[0].algo, &algorithm, sizeof algorithm);
  results[0].workspaceSize = algorithm.workspace;
  *found = 1;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t, cublasLtMatmulDesc_t desc, const void* alpha,
                              const void* a, cublasLtMatrixLayout_t a_layout, const void* b,
                              cublasLtMatrixLayout_t b_layout, const void* beta, const void* c,
                              cublasLtMatrixLayout_t, void* d, cublasLtMatrixLayout_t d_layout,
                              const cublasLtMatmulAlgo_t* algo, void* workspace,
                              std::size_t workspace_bytes, cudaStream_t stream) {
  Shape shape;
  if (!shape_of(*desc, *a_layout, *b_layout, *d_layout, shape)) return CUBLAS_STATUS_INVALID_VALUE;
  const bool plain = *static_cast<const float*>(alpha) == 1.0f &&
                     *static_cast<const float*>(beta) == 0.0f && c == d && algo != nullptr;
  if (!plain) return CUBLAS_STATUS_NOT_SUPPORTED;

  Algorithm algorithm;
  std::memcpy(&algorithm, algo, sizeof algorithm);
  const bool promised = algorithm.m == shape.m && algorithm.n == shape.n &&
                        algorithm.k == shape.k && aligned(a, algorithm.alignment[0]) &&
                        aligned(b, algorithm.alignment[1]) && aligned(c, algorithm.alignment[2]) &&
                        aligned(d, algorithm.alignment[3]) &&
                        workspace_bytes >= algorithm.workspace;
  const bool reachable = on_device(a, bytes_of(*a_layout)) && on_device(b, bytes_of(*b_layout)) &&
                         on_device(d, bytes_of(*d_layout)) &&
                         (workspace_bytes == 0 || on_device(workspace, workspace_bytes));
  if (!promised || !reachable) return CUBLAS_STATUS_INVALID_VALUE;

  const Matrix left{static_cast<const float*>(a), a_layout->leading_dimension,
                    desc->transpose[0] == CUBLAS_OP_T};
  const Matrix right{static_cast<const float*>(b), b_layout->leading_dimension,
                     desc->transpose[1] == CUBLAS_OP_T};
  const auto run = [=, used = algorithm.workspace, stride = d_layout->leading_dimension] {
    if (used > 0) std::memset(workspace, kJunk, used);
    multiply(shape, left, right, static_cast<float*>(d), stride);
  };
  return enqueue(stream, Work::other, run) == cudaSuccess ? CUBLAS_STATUS_SUCCESS
                                                          : CUBLAS_STATUS_EXECUTION_FAILED;
}
