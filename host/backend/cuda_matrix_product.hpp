// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Matrix products by cuBLASLt, in fp32 throughout: TF32, which rounds the factors to 11 bits, is
// off.
#pragma once

#include <cublasLt.h>
#include <cuda_runtime.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <type_traits>

#include "host/backend/matrix_product.hpp"

namespace curb::backend {

class CudaMatrixProduct {
 public:
  /// Of the current device, where it allocates the workspace of all products.
  CudaMatrixProduct();
  ~CudaMatrixProduct();
  CudaMatrixProduct(const CudaMatrixProduct&) = delete;
  CudaMatrixProduct& operator=(const CudaMatrixProduct&) = delete;

  /// Overwrites C, which overlaps neither A nor B. No size is 0. Allocates and waits for nothing,
  /// and may be captured; the first product of a shape chooses the algorithm of all later ones.
  /// Products share a workspace: one stream at a time. Throws std::runtime_error that names the
  /// product.
  void multiply(const ProductShape& shape, const float* a, const float* b, float* c,
                cudaStream_t stream);

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

  /// What an algorithm is chosen by.
  struct Key {
    ProductShape shape;
    std::uint32_t alignment[3];  ///< of A, B and C

    auto operator<=>(const Key&) const = default;
  };

  /// The product as cuBLASLt is asked for it.
  struct Prepared {
    Operation operation;
    Layout a;
    Layout b;
    Layout c;
    cublasLtMatmulAlgo_t algorithm;
  };

  static Layout make_layout(std::int64_t rows, std::int64_t columns);
  const Prepared& prepare(const Key& key);

  Context context_;
  void* workspace_ = nullptr;
  std::map<Key, Prepared> prepared_;
};

}  // namespace curb::backend
