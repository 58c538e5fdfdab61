// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The operations of a dense layer on CUDA: a product by cuBLASLt with the rest either in its
// epilogue or in a kernel of curb's after it, whichever was the faster when both were tried.
//
// GELU has no epilogue here: cuBLASLt's is the tanh form, curb's the error function. The other
// activations have none at all.
#pragma once

#include <iosfwd>
#include <map>
#include <set>
#include <vector>

#include "host/backend/backend.hpp"
#include "host/backend/cuda_matrix_product.hpp"

namespace curb::backend {

class CudaDense {
 public:
  /// Of the current device.
  explicit CudaDense(Precision precision) : precision_(precision), product_(precision) {}

  /// See Backend::dense_notes_bytes.
  std::size_t notes_bytes(const DenseForward& layer) const;

  /// As the backend's operations, of at least one row each.
  void forward(const DenseForward& layer, cudaStream_t stream);
  void backward_weights(const DenseBackwardWeights& layer, cudaStream_t stream);
  void backward_input(const DenseBackwardInput& layer, cudaStream_t stream);

  /// From now on remembers which operations are asked for that were never tried.
  void watch();
  /// No longer; whether there were any.
  bool unwatch();
  /// Tries what was remembered: each way of doing it, with each of cuBLASLt's likeliest algorithms,
  /// on memory of its own, and keeps the fastest that agrees with the plain way. Waits.
  void tune(cudaStream_t stream);

  /// All choices, as lines of text, and back. read() throws std::invalid_argument.
  void write(std::ostream& out) const;
  void read(std::istream& in);

 private:
  /// What a way of doing an operation is chosen by.
  struct Site {
    ProductKey product;  ///< without an epilogue
    Activation activation = Activation::identity;
    bool noted = false;  ///< there are notes, so that there may be a mask

    auto operator<=>(const Site&) const = default;
  };

  CudaProduct product_of(const DenseForward& layer, Epilogue epilogue) const;
  CudaProduct product_of(const DenseBackwardWeights& layer, Epilogue epilogue) const;
  CudaProduct product_of(const DenseBackwardInput& layer, Epilogue epilogue) const;
  Site site_of(const DenseForward& layer) const;
  Site site_of(const DenseBackwardWeights& layer) const;
  Site site_of(const DenseBackwardInput& layer) const;
  void run(const DenseForward& layer, Epilogue epilogue, cudaStream_t stream);
  void run(const DenseBackwardWeights& layer, Epilogue epilogue, cudaStream_t stream);
  void run(const DenseBackwardInput& layer, Epilogue epilogue, cudaStream_t stream);

  template <class Layer>
  Epilogue choice(const Layer& layer, std::vector<Layer>& untried);
  template <class Layer>
  double fastest(const Layer& layer, Epilogue epilogue, const std::vector<float>& expected,
                 cudaStream_t stream);
  template <class Layer>
  std::vector<float> plain_outputs(const Layer& layer, cudaStream_t stream);
  Epilogue try_ways(const DenseForward& layer, cudaStream_t stream);
  Epilogue try_ways(const DenseBackwardWeights& layer, cudaStream_t stream);
  Epilogue try_ways(const DenseBackwardInput& layer, cudaStream_t stream);

  Precision precision_;
  CudaMatrixProduct product_;
  std::map<Site, Epilogue> choices_;
  std::set<const void*> masks_;  ///< notes in which the last forward pass has left a mask

  bool watching_ = false;
  std::vector<DenseForward> forwards_;
  std::vector<DenseBackwardWeights> weights_;
  std::vector<DenseBackwardInput> inputs_;
};

}  // namespace curb::backend
