// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// cuBLASLt's matrices are column-major: a row-major matrix is to it the transpose, so that
// C = op(A) op(B) is asked for as C' = op(B)' op(A)', with the factors in the other order.
#include "host/backend/cuda_matrix_product.hpp"

#include <istream>
#include <ostream>
#include <stdexcept>
#include <utility>

#include "kernels/launch.cuh"

namespace curb::backend {
namespace {

/// What NVIDIA recommends for Hopper; older devices want less.
constexpr std::uint64_t kWorkspaceBytes = std::uint64_t{32} << 20;

constexpr std::int64_t kMaskBits = 128;  // a row of a mask begins at a multiple

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

template <class T>
void set(cublasLtMatmulDesc_t operation, cublasLtMatmulDescAttributes_t attribute, T value) {
  check(cublasLtMatmulDescSetAttribute(operation, attribute, &value, sizeof value),
        "cublasLtMatmulDescSetAttribute");
}

template <class T>
void set(cublasLtMatmulPreference_t preference, cublasLtMatmulPreferenceAttributes_t attribute,
         T value) {
  check(cublasLtMatmulPreferenceSetAttribute(preference, attribute, &value, sizeof value),
        "cublasLtMatmulPreferenceSetAttribute");
}

cublasComputeType_t compute_type(Precision precision) {
  return precision == Precision::tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
}

cublasLtEpilogue_t native(Epilogue epilogue) {
  switch (epilogue) {
    case Epilogue::none:
      break;
    case Epilogue::bias:
      return CUBLASLT_EPILOGUE_BIAS;
    case Epilogue::bias_relu:
      return CUBLASLT_EPILOGUE_RELU_BIAS;
    case Epilogue::bias_relu_mask:
      return CUBLASLT_EPILOGUE_RELU_AUX_BIAS;
    case Epilogue::relu_backward:
      return CUBLASLT_EPILOGUE_DRELU;
    case Epilogue::bias_gradient:
      return CUBLASLT_EPILOGUE_BGRADB;
  }
  return CUBLASLT_EPILOGUE_DEFAULT;
}

std::int64_t mask_stride(std::int64_t columns) {
  return (columns + kMaskBits - 1) / kMaskBits * kMaskBits;
}

/// The memory of this very product that the epilogue reads or writes.
void set_operands(cublasLtMatmulDesc_t operation, const CudaProduct& product) {
  if (product.epilogue == Epilogue::bias_gradient) {
    set(operation, CUBLASLT_MATMUL_DESC_BIAS_POINTER, product.bias_gradient);
  } else if (product.epilogue != Epilogue::none && product.epilogue != Epilogue::relu_backward) {
    set(operation, CUBLASLT_MATMUL_DESC_BIAS_POINTER, product.bias);
  }
  if (product.epilogue == Epilogue::bias_relu_mask || product.epilogue == Epilogue::relu_backward) {
    set(operation, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER, product.mask);
    set(operation, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, mask_stride(product.shape.n));
  }
}

/// Calls run(), and says of which product a failure was.
template <class Run>
auto naming(const CudaProduct& product, const Run& run) {
  try {
    return run();
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(to_string(product.shape) + ": " + error.what());
  }
}

}  // namespace

std::size_t relu_mask_bytes(std::int64_t rows, std::int64_t columns) {
  return static_cast<std::size_t>(rows * mask_stride(columns) / 8);
}

ProductKey key_of(const CudaProduct& product) {
  return {product.shape,
          product.epilogue,
          {alignment_of(product.a), alignment_of(product.b), alignment_of(product.c)}};
}

std::ostream& operator<<(std::ostream& out, const ProductKey& key) {
  const ProductShape& shape = key.shape;
  out << shape.transpose_a << ' ' << shape.transpose_b << ' ' << shape.m << ' ' << shape.n << ' '
      << shape.k << ' ' << static_cast<int>(key.epilogue);
  for (const std::uint32_t alignment : key.alignment) out << ' ' << alignment;
  return out;
}

std::istream& operator>>(std::istream& in, ProductKey& key) {
  ProductShape& shape = key.shape;
  int epilogue = 0;
  in >> shape.transpose_a >> shape.transpose_b >> shape.m >> shape.n >> shape.k >> epilogue;
  for (std::uint32_t& alignment : key.alignment) in >> alignment;
  if (epilogue < 0 || epilogue >= kEpilogues) in.setstate(std::ios::failbit);
  key.epilogue = static_cast<Epilogue>(epilogue);
  return in;
}

CudaMatrixProduct::CudaMatrixProduct(Precision precision) : precision_(precision) {
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
CudaMatrixProduct::Layout CudaMatrixProduct::make_layout(cudaDataType type, std::int64_t rows,
                                                         std::int64_t columns) {
  cublasLtMatrixLayout_t layout = nullptr;
  check(cublasLtMatrixLayoutCreate(&layout, type, static_cast<std::uint64_t>(columns),
                                   static_cast<std::uint64_t>(rows), columns),
        "cublasLtMatrixLayoutCreate");
  return Layout(layout);
}

/// The description is shared by all products of a kind, so that its operands are set every time.
const CudaMatrixProduct::Prepared& CudaMatrixProduct::prepare(const CudaProduct& product) {
  const ProductKey key = key_of(product);
  auto found = prepared_.find(key);
  if (found == prepared_.end()) {
    const ProductShape& shape = product.shape;
    cublasLtMatmulDesc_t operation = nullptr;
    check(cublasLtMatmulDescCreate(&operation, compute_type(precision_), CUDA_R_32F),
          "cublasLtMatmulDescCreate");
    const auto factor = [this](bool transposed, std::int64_t rows, std::int64_t columns) {
      const cudaDataType type = precision_ == Precision::bf16 ? CUDA_R_16BF : CUDA_R_32F;
      return make_layout(type, transposed ? columns : rows, transposed ? rows : columns);
    };
    Prepared made{Operation(operation), factor(shape.transpose_a, shape.m, shape.k),
                  factor(shape.transpose_b, shape.k, shape.n),
                  make_layout(CUDA_R_32F, shape.m, shape.n)};
    const auto transposed = [](bool is) { return is ? CUBLAS_OP_T : CUBLAS_OP_N; };
    set(operation, CUBLASLT_MATMUL_DESC_TRANSA, transposed(shape.transpose_b));
    set(operation, CUBLASLT_MATMUL_DESC_TRANSB, transposed(shape.transpose_a));
    set(operation, CUBLASLT_MATMUL_DESC_EPILOGUE, native(product.epilogue));
    found = prepared_.emplace(key, std::move(made)).first;
  }
  set_operands(found->second.operation.get(), product);
  return found->second;
}

std::vector<CudaMatrixProduct::Algorithm> CudaMatrixProduct::candidates(const CudaProduct& product,
                                                                        int at_most) {
  return naming(product, [&] {
    const Prepared& ready = prepare(product);
    const ProductKey key = key_of(product);
    cublasLtMatmulPreference_t made = nullptr;
    check(cublasLtMatmulPreferenceCreate(&made), "cublasLtMatmulPreferenceCreate");
    const Owned<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceDestroy> preference(made);
    set(made, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, kWorkspaceBytes);
    set(made, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, key.alignment[1]);
    set(made, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, key.alignment[0]);
    set(made, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, key.alignment[2]);
    set(made, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, key.alignment[2]);
    std::vector<cublasLtMatmulHeuristicResult_t> results(static_cast<std::size_t>(at_most));
    int found = 0;
    const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(
        context_.get(), ready.operation.get(), ready.b.get(), ready.a.get(), ready.c.get(),
        ready.c.get(), made, at_most, results.data(), &found);
    std::vector<Algorithm> algorithms;
    if (status == CUBLAS_STATUS_NOT_SUPPORTED) return algorithms;
    check(status, "cublasLtMatmulAlgoGetHeuristic");
    for (int i = 0; i < found; ++i) {
      const cublasLtMatmulHeuristicResult_t& result = results[static_cast<std::size_t>(i)];
      if (result.state == CUBLAS_STATUS_SUCCESS) algorithms.push_back(result.algo);
    }
    return algorithms;
  });
}

void CudaMatrixProduct::choose(const CudaProduct& product, const Algorithm& algorithm) {
  algorithms_[key_of(product)] = algorithm;
}

void CudaMatrixProduct::forget(const CudaProduct& product) { algorithms_.erase(key_of(product)); }

bool CudaMatrixProduct::has_chosen(const CudaProduct& product) const {
  return algorithms_.count(key_of(product)) > 0;
}

void CudaMatrixProduct::multiply(const CudaProduct& product, cudaStream_t stream) {
  constexpr float kOne = 1.0f;
  constexpr float kZero = 0.0f;
  auto chosen = algorithms_.find(key_of(product));
  if (chosen == algorithms_.end()) {
    const std::vector<Algorithm> favourite = candidates(product, 1);
    naming(product, [&] {
      check(favourite.empty() ? CUBLAS_STATUS_NOT_SUPPORTED : CUBLAS_STATUS_SUCCESS,
            "choosing an algorithm");
    });
    chosen = algorithms_.emplace(key_of(product), favourite.front()).first;
  }
  naming(product, [&] {
    const Prepared& ready = prepare(product);
    check(cublasLtMatmul(context_.get(), ready.operation.get(), &kOne, product.b, ready.b.get(),
                         product.a, ready.a.get(), &kZero, product.c, ready.c.get(), product.c,
                         ready.c.get(), &chosen->second, workspace_, kWorkspaceBytes, stream),
          "cublasLtMatmul");
  });
}

void CudaMatrixProduct::write(std::ostream& out) const {
  out << algorithms_.size() << '\n';
  for (const auto& [key, algorithm] : algorithms_) {
    out << key;
    for (const std::uint64_t word : algorithm.data) out << ' ' << word;
    out << '\n';
  }
}

void CudaMatrixProduct::read(std::istream& in) {
  std::map<ProductKey, Algorithm> algorithms;
  std::size_t count = 0;
  in >> count;
  for (std::size_t i = 0; in && i < count; ++i) {
    ProductKey key;
    Algorithm algorithm{};
    in >> key;
    for (std::uint64_t& word : algorithm.data) in >> word;
    algorithms.emplace(key, algorithm);
  }
  if (!in) throw std::invalid_argument("it is damaged");
  algorithms_ = std::move(algorithms);
}

}  // namespace curb::backend
