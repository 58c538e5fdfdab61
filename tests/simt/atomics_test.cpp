// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Atomic functions, and what may be built on them. The same tests run on a GPU.
#include <cstdint>

#include "kernels/simt.cuh"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

using kernels::launch;

struct Totals {
  int sum, largest, smallest, bits, swapped;
  unsigned ticket;
  unsigned long long wide_sum;
  float float_sum;
  double double_sum;
};

__global__ void accumulate(const int* x, Totals* totals, int n) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= n) return;
  atomicAdd(&totals->sum, x[i]);
  atomicMax(&totals->largest, x[i]);
  atomicMin(&totals->smallest, x[i]);
  atomicOr(&totals->bits, 1 << (x[i] & 7));
  atomicInc(&totals->ticket, 99u);
  atomicAdd(&totals->wide_sum, 1ull << 32);
  atomicAdd(&totals->float_sum, 0.5f);
  atomicAdd(&totals->double_sum, 0.25);
  int seen = atomicAdd(&totals->swapped, 0);  // adds 2 by compare and swap
  for (int expected = ~seen; seen != expected;) {
    expected = seen;
    seen = atomicCAS(&totals->swapped, expected, expected + 2);
  }
}

TEST(Atomics, Accumulate) {
  on_every_order([] {
    constexpr int kSize = 250;
    std::vector<int> values(kSize);
    for (int i = 0; i < kSize; ++i) values[static_cast<std::size_t>(i)] = i * 37 % 101 - 50;
    int sum = 0;
    for (int value : values) sum += value;
    DeviceBuffer<int> x(values);
    DeviceBuffer<Totals> totals(std::vector<Totals>(1));
    launch<accumulate>({3, 96}, nullptr, x.data(), totals.data(), kSize);
    const Totals result = totals.download()[0];
    EXPECT_EQ(result.sum, sum);
    EXPECT_EQ(result.largest, 50);
    EXPECT_EQ(result.smallest, -50);
    EXPECT_EQ(result.bits, 0xff);
    EXPECT_EQ(result.ticket, 50u);  // 250 of a cycle of 100
    EXPECT_EQ(result.wide_sum, 250ull << 32);
    EXPECT_EQ(result.float_sum, 125.0f);
    EXPECT_EQ(result.double_sum, 62.5);
    EXPECT_EQ(result.swapped, 500);
  });
}

__global__ void histogram(const int* x, int* bins, int n) {
  __shared__ int counts[16];
  if (threadIdx.x < 16) counts[threadIdx.x] = 0;
  __syncthreads();
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < n) atomicAdd(&counts[x[i] & 15], 1);
  __syncthreads();
  if (threadIdx.x < 16) atomicAdd(&bins[threadIdx.x], counts[threadIdx.x]);
}

TEST(Atomics, HistogramInSharedMemory) {
  on_every_order([] {
    constexpr int kSize = 500;
    std::vector<int> values(kSize), expected(16);
    for (int i = 0; i < kSize; ++i) {
      values[static_cast<std::size_t>(i)] = i * i % 97;
      ++expected[static_cast<std::size_t>(i * i % 97 & 15)];
    }
    DeviceBuffer<int> x(values), bins(std::vector<int>(16, 0));
    launch<histogram>({4, 128}, nullptr, x.data(), bins.data(), kSize);
    EXPECT_EQ(bins.download(), expected);
  });
}

// The last block to arrive adds what the others wrote: ordered across blocks by fence and ticket.
__global__ void sum_in_last_block(const int* x, int* partial, unsigned* arrived, int* total) {
  __shared__ bool last;
  const int sum = kernels::warp_sum(x[blockIdx.x * blockDim.x + threadIdx.x]);
  if (threadIdx.x == 0) {
    partial[blockIdx.x] = sum;
    __threadfence();
    last = atomicInc(arrived, gridDim.x - 1) == gridDim.x - 1;
  }
  __syncthreads();
  if (!last) return;
  int rest = 0;
  for (unsigned i = threadIdx.x; i < gridDim.x; i += blockDim.x) rest += partial[i];
  rest = kernels::warp_sum(rest);
  if (threadIdx.x == 0) *total = rest;
}

TEST(Atomics, LastBlockReadsWhatTheOthersWrote) {
  on_every_order([] {
    constexpr unsigned kBlocks = 40;
    DeviceBuffer<int> x(std::vector<int>(kBlocks * 32, 3)), partial(kBlocks), total(1);
    DeviceBuffer<unsigned> arrived(std::vector<unsigned>(1, 0u));
    launch<sum_in_last_block>({kBlocks, 32}, nullptr, x.data(), partial.data(), arrived.data(),
                              total.data());
    EXPECT_EQ(total.download()[0], 3 * 32 * static_cast<int>(kBlocks));
    EXPECT_EQ(arrived.download()[0], 0u);  // ready for the next launch
  });
}

}  // namespace
}  // namespace curb::testing
