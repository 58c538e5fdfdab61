// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Warp collectives and votes of the block. The same tests run on a GPU.
#include <array>
#include <cstdint>

#include "kernels/simt.cuh"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

using kernels::kFullMask;
using kernels::kWarpSize;
using kernels::lane_id;
using kernels::launch;

constexpr int kThreads = 2 * kWarpSize;

struct Shuffled {
  int indexed, wrapped, up, down, exchanged;
  double wide;
};

__global__ void shuffle(const int* x, Shuffled* out) {
  const int value = x[threadIdx.x];
  Shuffled result;
  result.indexed = __shfl_sync(kFullMask, value, 5, 8);
  result.wrapped = __shfl_sync(kFullMask, value, 33);
  result.up = __shfl_up_sync(kFullMask, value, 2, 16);
  result.down = __shfl_down_sync(kFullMask, value, 3);
  result.exchanged = __shfl_xor_sync(kFullMask, value, 9);
  result.wide = __shfl_xor_sync(kFullMask, 0.5 * value, 1);
  out[threadIdx.x] = result;
}

TEST(Warp, Shuffles) {
  on_every_order([] {
    std::vector<int> values(kThreads);
    for (int i = 0; i < kThreads; ++i) values[static_cast<std::size_t>(i)] = 1000 + 7 * i;
    DeviceBuffer<int> x(values);
    DeviceBuffer<Shuffled> out(kThreads);
    launch<shuffle>({1, kThreads}, nullptr, x.data(), out.data());
    const std::vector<Shuffled> result = out.download();
    for (int i = 0; i < kThreads; ++i) {
      SCOPED_TRACE(i);
      const auto value = [&](int lane) {  // of a lane of the same warp
        return values[static_cast<std::size_t>(i / kWarpSize * kWarpSize + lane)];
      };
      const int lane = i % kWarpSize;
      const Shuffled& got = result[static_cast<std::size_t>(i)];
      EXPECT_EQ(got.indexed, value(lane / 8 * 8 + 5));
      EXPECT_EQ(got.wrapped, value(1));
      EXPECT_EQ(got.up, value(lane % 16 < 2 ? lane : lane - 2));
      EXPECT_EQ(got.down, value(lane + 3 < kWarpSize ? lane + 3 : lane));
      EXPECT_EQ(got.exchanged, value(lane ^ 9));
      EXPECT_EQ(got.wide, 0.5 * value(lane ^ 1));
    }
  });
}

struct Votes {
  unsigned ballot;
  int any, all, sum, largest, block_count, block_or, block_and;
};

__global__ void vote(const int* x, Votes* out) {
  const int value = x[threadIdx.x];
  Votes votes;
  votes.ballot = __ballot_sync(kFullMask, value > 0);
  votes.any = __any_sync(kFullMask, value == 31);
  votes.all = __all_sync(kFullMask, value > -100);
  votes.sum = __reduce_add_sync(kFullMask, value);
  votes.largest = __reduce_max_sync(kFullMask, value);
  votes.block_count = __syncthreads_count(value > 0);
  votes.block_or = __syncthreads_or(value == 1000);
  votes.block_and = __syncthreads_and(value < 1000);
  out[threadIdx.x] = votes;
}

TEST(Warp, Votes) {
  on_every_order([] {
    std::vector<int> values(kThreads);
    for (int i = 0; i < kThreads; ++i) values[static_cast<std::size_t>(i)] = i % 3 == 0 ? -i : i;
    DeviceBuffer<int> x(values);
    DeviceBuffer<Votes> out(kThreads);
    launch<vote>({1, kThreads}, nullptr, x.data(), out.data());
    const std::vector<Votes> result = out.download();

    std::array<Votes, 2> expected = {};
    int positive = 0;
    for (int i = 0; i < kThreads; ++i) {
      Votes& warp = expected[static_cast<std::size_t>(i / kWarpSize)];
      const int value = values[static_cast<std::size_t>(i)];
      warp.ballot |= unsigned{value > 0} << i % kWarpSize;
      warp.any |= value == 31;
      warp.sum += value;
      warp.largest = std::max(warp.largest, value);
      positive += value > 0;
    }
    for (int i = 0; i < kThreads; ++i) {
      SCOPED_TRACE(i);
      const Votes& got = result[static_cast<std::size_t>(i)];
      const Votes& warp = expected[static_cast<std::size_t>(i / kWarpSize)];
      EXPECT_EQ(got.ballot, warp.ballot);
      EXPECT_EQ(got.any != 0, warp.any != 0);
      EXPECT_NE(got.all, 0);
      EXPECT_EQ(got.sum, warp.sum);
      EXPECT_EQ(got.largest, warp.largest);
      EXPECT_EQ(got.block_count, positive);
      EXPECT_EQ(got.block_or, 0);
      EXPECT_NE(got.block_and, 0);
    }
  });
}

// Halves of a warp on different paths, each with its own mask, and lanes that have left.
__global__ void divergent_sums(int* out) {
  const int lane = lane_id();
  if (lane >= 24) return;
  int sum;
  if (lane < 16) {
    sum = __reduce_add_sync(0x0000ffffu, lane);
    __syncwarp(0x0000ffffu);
  } else {
    sum = 1000 + __reduce_add_sync(0x00ff0000u, lane);
  }
  out[lane] = sum;
}

TEST(Warp, DivergentHalves) {
  on_every_order([] {
    DeviceBuffer<int> out(24);
    launch<divergent_sums>({1, kWarpSize}, nullptr, out.data());
    std::vector<int> expected(24, 120);                      // 0 + ... + 15
    std::fill(expected.begin() + 16, expected.end(), 1156);  // 1000 + 16 + ... + 23
    EXPECT_EQ(out.download(), expected);
  });
}

// Data handed from lane to lane through shared memory, ordered by __syncwarp alone.
__global__ void reverse_in_warps(const int* x, int* out) {
  __shared__ int values[kThreads];
  const unsigned thread = threadIdx.x;
  values[thread] = x[thread];
  __syncwarp();
  out[thread] = values[thread ^ 31u];
}

TEST(Warp, SyncwarpOrdersSharedMemory) {
  on_every_order([] {
    std::vector<int> values(kThreads), expected(kThreads);
    for (std::size_t i = 0; i < kThreads; ++i) {
      values[i] = static_cast<int>(i);
      expected[i] = static_cast<int>(i ^ 31u);
    }
    DeviceBuffer<int> x(values), out(kThreads);
    launch<reverse_in_warps>({1, kThreads}, nullptr, x.data(), out.data());
    EXPECT_EQ(out.download(), expected);
  });
}

}  // namespace
}  // namespace curb::testing
