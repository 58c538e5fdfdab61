// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Stands in for cuBLASLt on the emulated device. A product is summed in double and rounded once,
// runs in stream order and is captured like any other operation. Promises that a caller makes to
// cuBLASLt (alignment, a workspace, memory of the device) are checked; what is not needed here is
// refused as not supported.
#include "tests/simt/include/cublasLt.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "tests/simt/runtime.hpp"

struct cublasLtContext {};

struct cublasLtMatmulDescOpaque_t {
  cublasComputeType_t compute = CUBLAS_COMPUTE_32F;
  cublasOperation_t transpose[2] = {CUBLAS_OP_N, CUBLAS_OP_N};  // of a and b
  cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  float* bias = nullptr;
  unsigned char* mask = nullptr;
  std::int64_t mask_stride = 0;  // in bits
};

struct cublasLtMatrixLayoutOpaque_t {
  cudaDataType_t type;
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
  std::uint32_t workspace;
  std::uint32_t epilogue;
  std::uint32_t index;
};
static_assert(sizeof(Algorithm) <= sizeof(cublasLtMatmulAlgo_t));

// The second one adds in fp32 and so has other last bits, and its ReLU turns a NaN into zero.
constexpr int kAlgorithms = 2;
constexpr std::uint32_t kCareless = 1;

// A column-major matrix, perhaps seen transposed.
struct Matrix {
  const void* values;
  cudaDataType_t type;
  std::size_t leading_dimension;
  bool transposed;

  // As a factor of a product.
  float at(std::size_t row, std::size_t column, cublasComputeType_t compute) const {
    const std::size_t place =
        transposed ? column + row * leading_dimension : row + column * leading_dimension;
    if (type == CUDA_R_16BF) {
      const std::uint32_t bits = std::uint32_t{static_cast<const std::uint16_t*>(values)[place]};
      return std::bit_cast<float>(bits << 16);
    }
    const float value = static_cast<const float*>(values)[place];
    if (compute != CUBLAS_COMPUTE_32F_FAST_TF32 || !std::isfinite(value)) return value;
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return std::bit_cast<float>((bits + 0xfffu + (bits >> 13 & 1u)) & ~0x1fffu);
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

std::size_t size_of(cudaDataType_t type) { return type == CUDA_R_16BF ? 2 : 4; }

std::size_t bytes_of(const cublasLtMatrixLayoutOpaque_t& layout) {
  const std::size_t elements = (layout.columns - 1) * layout.leading_dimension + layout.rows;
  return elements * size_of(layout.type);
}

bool on_device(const void* address, std::size_t bytes) {
  const auto* entry = find_allocation(address);
  return entry != nullptr && !entry->second.pinned &&
         static_cast<const char*>(address) + bytes <= entry->first + entry->second.bytes;
}

bool aligned(const void* address, std::uint32_t alignment) {
  return reinterpret_cast<std::uintptr_t>(address) % alignment == 0;
}

bool uses_mask(cublasLtEpilogue_t epilogue) {
  return epilogue == CUBLASLT_EPILOGUE_RELU_AUX_BIAS || epilogue == CUBLASLT_EPILOGUE_DRELU;
}

bool uses_bias(cublasLtEpilogue_t epilogue) {
  return epilogue != CUBLASLT_EPILOGUE_DEFAULT && epilogue != CUBLASLT_EPILOGUE_DRELU;
}

// What the epilogue needs beside the matrices is there.
bool epilogue_is_served(const cublasLtMatmulDescOpaque_t& desc, const Shape& shape) {
  const std::size_t length = desc.epilogue == CUBLASLT_EPILOGUE_BGRADB ? shape.n : shape.m;
  if (uses_bias(desc.epilogue) && !on_device(desc.bias, length * sizeof(float))) return false;
  if (!uses_mask(desc.epilogue)) return true;
  const auto stride = static_cast<std::uint64_t>(desc.mask_stride);
  return desc.mask_stride % 128 == 0 && stride >= shape.m && aligned(desc.mask, 16) &&
         on_device(desc.mask, stride / 8 * shape.n);
}

struct Task {
  cublasLtMatmulDescOpaque_t desc;
  Shape shape;
  Matrix a, b;
  float* d;
  std::size_t leading_dimension;
  bool careless;

  float sum(std::size_t row, std::size_t column) const {
    double exact = 0.0;
    float rounded = 0.0f;
    for (std::size_t k = 0; k < shape.k; ++k) {
      const float left = a.at(row, k, desc.compute);
      const float right = b.at(k, column, desc.compute);
      exact += static_cast<double>(left) * static_cast<double>(right);
      rounded += left * right;
    }
    return careless ? rounded : static_cast<float>(exact);
  }

  float relu(float value) const {
    return careless ? std::fmax(value, 0.0f) : (value < 0.0f ? 0.0f : value);
  }

  float finish(float value, std::size_t row, std::size_t column) const {
    if (desc.epilogue == CUBLASLT_EPILOGUE_DEFAULT || desc.epilogue == CUBLASLT_EPILOGUE_BGRADB) {
      return value;
    }
    const std::size_t bit = row + column * static_cast<std::size_t>(desc.mask_stride);
    if (desc.epilogue == CUBLASLT_EPILOGUE_DRELU) {
      return (desc.mask[bit / 8] >> bit % 8 & 1) != 0 ? value : 0.0f;
    }
    value += desc.bias[row];
    if (desc.epilogue == CUBLASLT_EPILOGUE_BIAS) return value;
    if (desc.epilogue == CUBLASLT_EPILOGUE_RELU_AUX_BIAS) {
      const auto flag = static_cast<unsigned char>(1u << bit % 8);
      desc.mask[bit / 8] = static_cast<unsigned char>(value > 0.0f ? desc.mask[bit / 8] | flag
                                                                   : desc.mask[bit / 8] & ~flag);
    }
    return relu(value);
  }

  void run() const {
    for (std::size_t column = 0; column < shape.n; ++column) {
      for (std::size_t row = 0; row < shape.m; ++row) {
        d[row + column * leading_dimension] = finish(sum(row, column), row, column);
      }
    }
    if (desc.epilogue != CUBLASLT_EPILOGUE_BGRADB) return;
    for (std::size_t column = 0; column < shape.n; ++column) {
      double total = 0.0;
      for (std::size_t k = 0; k < shape.k; ++k) {
        total += static_cast<double>(b.at(k, column, desc.compute));
      }
      desc.bias[column] = static_cast<float>(total);
    }
  }
};

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
  if (scale != CUDA_R_32F) return CUBLAS_STATUS_NOT_SUPPORTED;
  *desc = new cublasLtMatmulDescOpaque_t{compute};
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t desc) {
  delete desc;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t desc,
                                              cublasLtMatmulDescAttributes_t attribute,
                                              const void* value, std::size_t bytes) {
  const auto put = [&](auto& member) {
    if (bytes != sizeof member) return CUBLAS_STATUS_INVALID_VALUE;
    std::memcpy(&member, value, bytes);
    return CUBLAS_STATUS_SUCCESS;
  };
  switch (attribute) {
    case CUBLASLT_MATMUL_DESC_TRANSA:
      return put(desc->transpose[0]);
    case CUBLASLT_MATMUL_DESC_TRANSB:
      return put(desc->transpose[1]);
    case CUBLASLT_MATMUL_DESC_EPILOGUE:
      return put(desc->epilogue);
    case CUBLASLT_MATMUL_DESC_BIAS_POINTER:
      return put(desc->bias);
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER:
      return put(desc->mask);
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD:
      return put(desc->mask_stride);
  }
  return CUBLAS_STATUS_INVALID_VALUE;
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* layout, cudaDataType type,
                                          std::uint64_t rows, std::uint64_t columns,
                                          std::int64_t leading_dimension) {
  if (type != CUDA_R_32F && type != CUDA_R_16BF) return CUBLAS_STATUS_NOT_SUPPORTED;
  const auto stride = static_cast<std::uint64_t>(leading_dimension);
  if (rows == 0 || columns == 0 || leading_dimension < 0 || stride < rows) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  *layout = new cublasLtMatrixLayoutOpaque_t{type, rows, columns, stride};
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
  Algorithm algorithm{shape.m, shape.n, shape.k, {}, 0, static_cast<std::uint32_t>(desc->epilogue),
                      0};
  std::copy_n(preference->alignment, 4, algorithm.alignment);
  algorithm.workspace = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(preference->max_workspace, kWorkspaceBytes));
  for (; *found < std::min(wanted, kAlgorithms); ++*found) {
    algorithm.index = static_cast<std::uint32_t>(*found);
    results[*found] = {};
    std::memcpy(&results[*found].algo, &algorithm, sizeof algorithm);
    results[*found].workspaceSize = algorithm.workspace;
  }
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
                        algorithm.k == shape.k &&
                        algorithm.epilogue == static_cast<std::uint32_t>(desc->epilogue) &&
                        aligned(a, algorithm.alignment[0]) && aligned(b, algorithm.alignment[1]) &&
                        aligned(c, algorithm.alignment[2]) && aligned(d, algorithm.alignment[3]) &&
                        workspace_bytes >= algorithm.workspace;
  const bool reachable = on_device(a, bytes_of(*a_layout)) && on_device(b, bytes_of(*b_layout)) &&
                         on_device(d, bytes_of(*d_layout)) && epilogue_is_served(*desc, shape) &&
                         (workspace_bytes == 0 || on_device(workspace, workspace_bytes));
  if (!promised || !reachable) return CUBLAS_STATUS_INVALID_VALUE;

  const auto matrix = [](const void* values, const cublasLtMatrixLayoutOpaque_t& layout,
                         cublasOperation_t operation) {
    return Matrix{values, layout.type, layout.leading_dimension, operation == CUBLAS_OP_T};
  };
  const Task task{*desc,
                  shape,
                  matrix(a, *a_layout, desc->transpose[0]),
                  matrix(b, *b_layout, desc->transpose[1]),
                  static_cast<float*>(d),
                  d_layout->leading_dimension,
                  algorithm.index == kCareless};
  const auto run = [task, workspace, used = algorithm.workspace] {
    if (used > 0) std::memset(workspace, kJunk, used);
    task.run();
  };
  return enqueue(stream, Work::other, run) == cudaSuccess ? CUBLAS_STATUS_SUCCESS
                                                          : CUBLAS_STATUS_EXECUTION_FAILED;
}
