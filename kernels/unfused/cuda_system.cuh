// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The passes on a GPU, by Thrust's CUDA system and CUB.
#pragma once

#include <thrust/iterator/counting_iterator.h>
#include <thrust/iterator/transform_iterator.h>
#include <thrust/system/cuda/execution_policy.h>

#include <cub/device/device_segmented_reduce.cuh>

#include "kernels/launch.cuh"
#include "kernels/unfused/passes.hpp"

namespace curb::kernels::unfused {
namespace {

struct SquareOf {
  CURB_HOST_DEVICE double operator()(float w) const { return rules::SquaredWeight{}(w, 1.0f); }
};

struct RowStart {
  std::int64_t columns;
  CURB_HOST_DEVICE std::int64_t operator()(std::int64_t r) const { return r * columns; }
};

/// An element's row's scale. Index is 32 bits wide where the matrix allows, as division is slow.
template <class Index>
struct ScaleOf {
  const float* scales;
  Index columns;
  CURB_HOST_DEVICE float operator()(Index i) const { return scales[i / columns]; }
};

struct Multiply {
  CURB_HOST_DEVICE float operator()(float w, float scale) const { return rules::mul(w, scale); }
};

struct IsNotOne {
  CURB_HOST_DEVICE bool operator()(float scale) const { return scale != 1.0f; }
};

class CudaSystem {
 public:
  CudaSystem(std::int64_t rows, std::int64_t columns) {
    std::size_t bytes = 0;
    check(reduce(nullptr, bytes, {nullptr, nullptr, {}, rows, columns}, nullptr, nullptr),
          "asking CUB for the size of its scratch memory");
    scratch_.resize(bytes);
  }

  /// Waits for nothing, so that it can be captured.
  auto policy(Stream stream) const { return thrust::cuda::par_nosync.on(stream); }

  void sum_rows(const Matrix& m, double* sums, Stream stream) {
    std::size_t bytes = scratch_.size();
    check(reduce(thrust::raw_pointer_cast(scratch_.data()), bytes, m, sums, stream),
          "summing rows with CUB");
  }

  void scale_rows(const Matrix& m, const float* scales, Stream stream) const {
    if (m.rows * m.columns <= std::int64_t{0xffffffff}) {
      scale_by<std::uint32_t>(m, scales, stream);
    } else {
      scale_by<std::uint64_t>(m, scales, stream);
    }
  }

 private:
  static cudaError_t reduce(void* scratch, std::size_t& bytes, const Matrix& m, double* sums,
                            Stream stream) {
    const auto squares = thrust::make_transform_iterator(m.weight, SquareOf{});
    const auto starts = thrust::make_transform_iterator(thrust::counting_iterator<std::int64_t>(0),
                                                        RowStart{m.columns});
    return cub::DeviceSegmentedReduce::Sum(scratch, bytes, squares, sums, static_cast<int>(m.rows),
                                           starts, starts + 1, stream);
  }

  /// Rows inside the ball are neither read nor written.
  template <class Index>
  void scale_by(const Matrix& m, const float* scales, Stream stream) const {
    const auto of_elements = thrust::make_transform_iterator(
        thrust::counting_iterator<Index>(0), ScaleOf<Index>{scales, static_cast<Index>(m.columns)});
    thrust::transform_if(policy(stream), m.weight, m.weight + m.rows * m.columns, of_elements,
                         of_elements, m.weight, Multiply{}, IsNotOne{});
  }

  thrust::device_vector<unsigned char> scratch_;
};

}  // namespace
}  // namespace curb::kernels::unfused
