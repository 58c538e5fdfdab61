// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Sound kernels that use every feature the emulator has: it must give what a GPU gives. The same
// tests run on a GPU.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
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

// A block that is no whole number of warps, and dynamic shared memory larger than 48 KiB.
__global__ void reverse(const int* x, int* out, int n) {
  int* values = dynamic_shared<int>();
  for (int i = static_cast<int>(threadIdx.x); i < n; i += static_cast<int>(blockDim.x)) {
    values[i] = x[i];
  }
  __syncthreads();
  for (int i = static_cast<int>(threadIdx.x); i < n; i += static_cast<int>(blockDim.x)) {
    out[i] = values[n - 1 - i];
  }
}

TEST(Kernels, DynamicSharedMemory) {
  on_every_order([] {
    for (const std::size_t size : {std::size_t{100}, std::size_t{50000}}) {
      std::vector<int> values(size), expected(size);
      std::iota(values.begin(), values.end(), 0);
      std::reverse_copy(values.begin(), values.end(), expected.begin());
      DeviceBuffer<int> x(values), out(size);
      launch<reverse>({1, 40, size * sizeof(int)}, nullptr, x.data(), out.data(),
                      static_cast<int>(size));
      EXPECT_EQ(out.download(), expected);
    }
  });
}

__global__ void number_threads(uint4* out) {
  const unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  const unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
  const unsigned block_size = blockDim.x * blockDim.y * blockDim.z;
  out[block * block_size + thread] = make_uint4(block, threadIdx.x, threadIdx.y, threadIdx.z);
}

TEST(Kernels, IndicesInThreeDimensions) {
  on_every_order([] {
    DeviceBuffer<uint4> out(2 * 3 * 2 * 24);
    launch<number_threads>({dim3(2, 3, 2), dim3(4, 3, 2)}, nullptr, out.data());
    const std::vector<uint4> result = out.download();
    for (unsigned i = 0; i < result.size(); ++i) {
      SCOPED_TRACE(i);
      EXPECT_EQ(result[i].x, i / 24);
      EXPECT_EQ(result[i].y, i % 4);
      EXPECT_EQ(result[i].z, i / 4 % 3);
      EXPECT_EQ(result[i].w, i / 12 % 2);
    }
  });
}

__global__ void integer_intrinsics(const unsigned* x, unsigned* out) {
  const unsigned a = x[0], b = x[1];
  out[0] = __umulhi(a, b);
  out[1] = static_cast<unsigned>(__popc(a));
  out[2] = static_cast<unsigned>(__clz(static_cast<int>(b)));
  out[3] = static_cast<unsigned>(__ffs(static_cast<int>(b)));
  out[4] = __funnelshift_l(a, b, 13);
  out[5] = __funnelshift_r(a, b, 40);  // by 40 mod 32
  out[6] = __float_as_uint(__fmul_rn(__uint_as_float(0x3f8ccccdu), 3.0f));
  out[7] = static_cast<unsigned>(__clzll(static_cast<long long>(b)) + __ffs(0) + __clz(0));
}

TEST(Kernels, Intrinsics) {
  on_every_order([] {
    const unsigned a = 0xd2511f53u, b = 0x0089abc0u;
    DeviceBuffer<unsigned> x(std::vector<unsigned>{a, b}), out(8);
    launch<integer_intrinsics>({1, 1}, nullptr, x.data(), out.data());
    const float product = 1.1f * 3.0f;
    unsigned product_bits;
    std::memcpy(&product_bits, &product, sizeof(product_bits));
    const std::uint64_t pair = std::uint64_t{b} << 32 | a;
    EXPECT_EQ(out.download(),
              (std::vector<unsigned>{static_cast<unsigned>(std::uint64_t{a} * b >> 32), 16, 8, 7,
                                     static_cast<unsigned>(pair << 13 >> 32),
                                     static_cast<unsigned>(pair >> 8), product_bits, 40 + 32}));
  });
}

TEST(Kernels, AnEmptyGridLaunchesNothing) {
  on_every_order([] {
    launch<number_threads>({0, 32}, nullptr, nullptr);
    EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
  });
}

TEST(Kernels, ARefusedLaunchNamesTheKernel) {
  on_every_order([] {
    DeviceBuffer<float> x(1), sums(1);
    try {
      launch<block_sum<float>>({dim3(1, 2), 2048}, nullptr, x.data(), sums.data(), 1);
      ADD_FAILURE() << "a block of 2048 threads was launched";
    } catch (const CudaError& error) {
      EXPECT_EQ(error.code(), cudaErrorInvalidConfiguration);
      const std::string text = error.what();
      for (const char* part :
           {"block_sum<float>", "grid (1, 2, 1)", "block (2048, 1, 1)", "cudaErrorInvalid"}) {
        EXPECT_NE(text.find(part), std::string::npos) << part << " is not in: " << text;
      }
    }
    EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidConfiguration);
  });
}

}  // namespace
}  // namespace curb::testing
