// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Matrix products by cuBLASLt, with what it can do to a product before it is stored, its epilogues.
// In fp32 throughout unless another precision is asked for: TF32 is off then.
#pragma once

#include <cublasLt.h>
#include <cuda_runtime.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "host/backend/backend.hpp"
#include "host/backend/matrix_product.hpp"

namespace curb::backend {

enum class Epilogue : std::uint8_t {
  none,
  bias,            ///< C[i, j] += bias[j]
  bias_relu,       ///< and then what is below zero becomes zero
  bias_relu_mask,  ///< and a bit is kept of each element: whether it is above zero
  relu_backward,   ///< C[i, j] becomes zero where its bit is not set
  bias_gradient,   ///< bias_gradient[i] = the sum over k of op(A)[i, k]
};
inline constexpr int kEpilogues = 6;

/// op(A), op(B) and C as in ProductShape.
struct CudaProduct {
  ProductShape shape;
  Epilogue epilogue = Epilogue::none;
  const void* a = nullptr;  ///< of float or, with Precision::bf16, of bfloat16; likewise B
  const void* b = nullptr;
  float* c = nullptr;
  const float* bias = nullptr;     ///< [n]
  float* bias_gradient = nullptr;  ///< [m]
  void* mask = nullptr;            ///< relu_mask_bytes(m, n), aligned to 16 bytes
};

/// The bits of a ReLU's outputs [rows, columns]: each row begins at a multiple of 128 bits.
std::size_t relu_mask_bytes(std::int64_t rows, std::int64_t columns);

/// What an algorithm is chosen by.
struct ProductKey {
  ProductShape shape;
  Epilogue epilogue = Epilogue::none;
  std::uint32_t alignment[3] = {};  ///< of A, B and C

  auto operator<=>(const ProductKey&) const = default;
};

ProductKey key_of(const CudaProduct& product);
std::ostream& operator<<(std::ostream& out, const ProductKey& key);
std::istream& operator>>(std::istream& in, ProductKey& key);

class CudaMatrixProduct {
 public:
  using Algorithm = cublasLtMatmulAlgo_t;

  /// Of the current device, where it allocates the workspace of all products.
  explicit CudaMatrixProduct(Precision precision);
  ~CudaMatrixProduct();
  CudaMatrixProduct(const CudaMatrixProduct&) = delete;
  CudaMatrixProduct& operator=(const CudaMatrixProduct&) = delete;

  /// Overwrites C, which overlaps nothing else. No size is 0. Allocates and waits for nothing, and
  /// may be captured. Takes the algorithm that was chosen for products of this kind, or cuBLASLt's
  /// own favourite. Products share a workspace: one stream at a time. Throws std::runtime_error
  /// that names the product.
  void multiply(const CudaProduct& product, cudaStream_t stream);

  /// The algorithms that cuBLASLt has for a product, at most so many, its favourite first. None
  /// where it has no such epilogue.
  std::vector<Algorithm> candidates(const CudaProduct& product, int at_most);
  /// For all later products of the same shape, epilogue and alignments.
  void choose(const CudaProduct& product, const Algorithm& algorithm);
  void forget(const CudaProduct& product);
  bool has_chosen(const CudaProduct& product) const;

  /// All that was chosen so far, by choose() or by cuBLASLt, as lines of text, and back. read()
  /// throws std::invalid_argument.
  void write(std::ostream& out) const;
  void read(std::istream& in);

  /// The library and its version.
  static std::string library();

 private:
  template <auto destroy>
  struct Destroy {
    template <class T>
    void operator()(T* handle) const {
      destroy(handle);
    }
  };
  template <class Handle, auto destroy>
  using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Destroy<destroy>>;
  using Context = Owned<cublasLtHandle_t, cublasLtDestroy>;
  using Operation = Owned<cublasLtMatmulDesc_t, cublasLtMatmulDescDestroy>;
  using Layout = Owned<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy>;

  /// The product as cuBLASLt is asked for it.
  struct Prepared {
    Operation operation;
    Layout a;
    Layout b;
    Layout c;
  };

  static Layout make_layout(cudaDataType type, std::int64_t rows, std::int64_t columns);
  const Prepared& prepare(const CudaProduct& product);

  Precision precision_;
  Context context_;
  void* workspace_ = nullptr;
  std::map<ProductKey, Prepared> prepared_;
  std::map<ProductKey, Algorithm> algorithms_;
};

}  // namespace curb::backend
