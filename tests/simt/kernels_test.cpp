// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Sound kernels that use every feature the emulator has: it must give what a GPU gives. The same
// tests run on a GPU.
#include <cmath>
#include <cstdint>
#include <numeric>

#include "kernels/simt.cuh"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

using kernels::dynamic_shared;
using kernels::kFullMask;
using kernels::kWarpSize;
using kernels::lane_id;
using kernels::launch;
using kernels::warp_id;
using kernels::warp_sum;

std::vector<float> ramp(std::size_t size) {
  std::vector<float> values(size);
  std::iota(values.begin(), values.end(), 1.0f);
  return values;
}

__device__ int global_thread() { return static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x); }

__global__ void axpy(float a, const float* __restrict__ x, float* __restrict__ y, int n) {
  const int first = 4 * global_thread();
  if (first + 4 <= n) {
    const float4 u = *reinterpret_cast<const float4*>(x + first);
    float4 v = *reinterpret_cast<const float4*>(y + first);
    v.x = fmaf(a, u.x, v.x);
    v.y = fmaf(a, u.y, v.y);
    v.z = fmaf(a, u.z, v.z);
    v.w = fmaf(a, u.w, v.w);
    *reinterpret_cast<float4*>(y + first) = v;
  } else {
    for (int i = first; i < n; ++i) y[i] = fmaf(a, x[i], y[i]);
  }
}

TEST(Kernels, VectorAccessWithATail) {
  on_every_order([] {
    constexpr int kSize = 1003;
    DeviceBuffer<float> x(ramp(kSize)), y(std::vector<float>(kSize, 0.1f));
    launch<axpy>({4, 64}, nullptr, 2.5f, x.data(), y.data(), kSize);
    const std::vector<float> result = y.download();
    for (int i = 0; i < kSize; ++i) {
      EXPECT_EQ(result[static_cast<std::size_t>(i)],
                std::fma(2.5f, static_cast<float>(i + 1), 0.1f));
    }
  });
}

// Sums of whole numbers: exact in every order.
template <class T>
__global__ void block_sum(const float* x, T* sums, int n) {
  __shared__ T partial[kWarpSize];
  T sum = 0;
#pragma unroll 4
  for (int i = global_thread(); i < n; i += static_cast<int>(gridDim.x * blockDim.x)) sum += x[i];
  sum = warp_sum(sum);
  if (lane_id() == 0) partial[warp_id()] = sum;
  __syncthreads();
  if (warp_id() == 0) {
    const bool has_warp = lane_id() < static_cast<int>(blockDim.x) / kWarpSize;
    sum = warp_sum(has_warp ? partial[lane_id()] : T{0});
    if (lane_id() == 0) sums[blockIdx.x] = sum;
  }
}

template <class T>
void expect_block_sums() {
  on_every_order([] {
    constexpr int kSize = 1000, kBlocks = 3;
    DeviceBuffer<float> x(ramp(kSize), 1);
    DeviceBuffer<T> sums(kBlocks);
    launch<block_sum<T>>({kBlocks, 128}, nullptr, x.data(), sums.data(), kSize);
    const std::vector<T> result = sums.download();
    EXPECT_EQ(result[0] + result[1] + result[2], T{500500});
  });
}

TEST(Kernels, BlockSumInFloat) { expect_block_sums<float>(); }
TEST(Kernels, BlockSumInDouble) { expect_block_sums<double>(); }

}  // namespace
}  // namespace curb::testing
