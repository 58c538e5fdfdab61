// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Planted races, each of which the race check must find under every order, beside sound kernels
// that look alike, in which it must find none.
#include "kernels/simt.cuh"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

using kernels::launch;

constexpr unsigned kThreads = 64;

// Whether the check reports a race in every order (true) or in none (false).
template <auto Kernel>
void expect_race(bool expected, unsigned blocks = 1, unsigned threads = kThreads) {
  for (const simt::Order& order : simt::orders()) {
    const simt::OrderScope scope(order);
    DeviceBuffer<int> x(std::vector<int>(1024, 0));
    launch<Kernel>({blocks, threads}, nullptr, x.data());
    EXPECT_EQ(simt::race_count() > 0, expected && simt::kRaceChecked) << simt::to_string(order);
    simt::reset_races();
    EXPECT_EQ(simt::race_count(), 0);
  }
}

template <bool kBarrier>
__global__ void exchange_in_shared_memory(int* x) {
  __shared__ int values[kThreads];
  values[threadIdx.x] = 1;
  if (kBarrier) __syncthreads();
  x[threadIdx.x] = values[kThreads - 1 - threadIdx.x];
}

TEST(Race, SharedMemory) {
  expect_race<exchange_in_shared_memory<false>>(true);
  expect_race<exchange_in_shared_memory<true>>(false);
}

template <bool kBarrier>
__global__ void exchange_in_global_memory(int* x) {
  x[threadIdx.x] = 1;
  if (kBarrier) __syncthreads();
  x[512 + threadIdx.x] = x[kThreads - 1 - threadIdx.x];
}

TEST(Race, GlobalMemoryInABlock) {
  expect_race<exchange_in_global_memory<false>>(true);
  expect_race<exchange_in_global_memory<true>>(false);
}

template <bool kSync>
__global__ void exchange_in_a_warp(int* x) {
  __shared__ int values[kThreads];
  values[threadIdx.x] = 1;
  const int shuffled = __shfl_xor_sync(kernels::kFullMask, 1, 1);  // orders no memory
  if (kSync) __syncwarp();
  x[threadIdx.x] = values[threadIdx.x ^ 1u] + shuffled;
}

TEST(Race, LanesOfAWarp) {
  expect_race<exchange_in_a_warp<false>>(true);
  expect_race<exchange_in_a_warp<true>>(false);
}

template <bool kWholeWarp>
__global__ void exchange_in_half_a_warp(int* x) {
  __shared__ int values[kThreads];
  values[threadIdx.x] = 1;
  __syncwarp(threadIdx.x % 32 < 16 ? 0x0000ffffu : 0xffff0000u);
  x[threadIdx.x] = values[threadIdx.x ^ (kWholeWarp ? 16u : 8u)];
}

TEST(Race, SyncwarpOrdersOnlyTheLanesThatTookPart) {
  expect_race<exchange_in_half_a_warp<true>>(true);
  expect_race<exchange_in_half_a_warp<false>>(false);
}

template <bool kSame>
__global__ void write_from_blocks(int* x) {
  x[kSame ? 0 : blockIdx.x] = 1;
}

TEST(Race, BlocksWriteOneAddress) {
  expect_race<write_from_blocks<true>>(true, 4, 1);
  expect_race<write_from_blocks<false>>(false, 4, 1);
}

template <bool kBarrier>
__global__ void read_then_write(int* x) {  // many readers, of which one writes
  x[512 + threadIdx.x] = x[0];
  if (kBarrier) __syncthreads();
  if (threadIdx.x == 3) x[0] = 1;
}

TEST(Race, OneOfManyReadersWrites) {
  expect_race<read_then_write<false>>(true);
  expect_race<read_then_write<true>>(false);
}

template <bool kAtomic>
__global__ void count_threads(int* x) {
  if (kAtomic) {
    atomicAdd(x, 1);
  } else {
    *x += 1;
  }
}

TEST(Race, AtomicsDoNotRaceWithAtomics) {
  expect_race<count_threads<false>>(true, 2);
  expect_race<count_threads<true>>(false, 2);
}

__global__ void atomic_and_plain(int* x) {
  if (threadIdx.x == 0) {
    atomicAdd(x, 1);
  } else if (threadIdx.x == 40) {
    *x = 1;
  }
}

TEST(Race, AtomicsRaceWithPlainAccesses) { expect_race<atomic_and_plain>(true); }

// Neighbouring bytes of one word belong to different threads.
__global__ void write_bytes(int* x) {
  reinterpret_cast<unsigned char*>(x)[threadIdx.x] = static_cast<unsigned char>(threadIdx.x);
}

// A word that one thread writes whole and another, later, in part.
template <bool kSame>
__global__ void write_a_word_and_a_byte(int* x) {
  if (threadIdx.x == 0) x[0] = 1;
  if (threadIdx.x == 1) reinterpret_cast<unsigned char*>(x + (kSame ? 0 : 1))[2] = 1;
}

TEST(Race, NeighbouringBytesAreApart) {
  expect_race<write_bytes>(false);
  expect_race<write_a_word_and_a_byte<true>>(true);
  expect_race<write_a_word_and_a_byte<false>>(false);
}

// Vectors that overlap in one element.
__global__ void write_overlapping_vectors(int* x) {
  int* first = x + (threadIdx.x == 0 ? 0 : 3);
  for (int i = 0; i < 4; ++i) first[i] = 1;
}

TEST(Race, OverlappingRanges) { expect_race<write_overlapping_vectors>(true, 1, 2); }

// The last block to arrive reads what the others wrote; right only with the fence.
template <bool kFence>
__global__ void last_block_sums(int* x) {
  __shared__ bool last;
  unsigned* arrived = reinterpret_cast<unsigned*>(x + 512);
  x[blockIdx.x * blockDim.x + threadIdx.x] = 1;
  __syncthreads();
  if (threadIdx.x == 0) {
    if (kFence) __threadfence();
    last = atomicInc(arrived, gridDim.x - 1) == gridDim.x - 1;
  }
  __syncthreads();
  if (!last || threadIdx.x != 1) return;
  int sum = 0;
  for (unsigned i = 0; i < gridDim.x * blockDim.x; ++i) sum += x[i];
  x[600] = sum;
}

TEST(Race, AFenceAndATicketOrderBlocks) {
  expect_race<last_block_sums<false>>(true, 4);
  expect_race<last_block_sums<true>>(false, 4);
}

#ifdef __SANITIZE_THREAD__
TEST(Race, AnUnclaimedRaceFailsTheProcess) {
  EXPECT_EXIT(
      {
        DeviceBuffer<int> x(std::vector<int>(1024, 0));
        launch<exchange_in_shared_memory<false>>({1, kThreads}, nullptr, x.data());
        std::exit(0);
      },
      ::testing::ExitedWithCode(66),
      "read after write.*values.*thread 32 in .*exchange_in_shared_memory.*before it.*thread 31");
}
#endif

}  // namespace
}  // namespace curb::testing
