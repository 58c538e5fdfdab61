// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Kernels with planted faults in how threads wait for one another: each must be reported, under
// every order, and the next launch must work.
#include <gtest/gtest-spi.h>

#include "kernels/simt.cuh"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

using kernels::kFullMask;
using kernels::launch;

__global__ void write_threads(float* x) { x[threadIdx.x] = static_cast<float>(threadIdx.x); }

// Expects the launch to throw simt::Error whose text has all the parts.
template <auto Kernel>
void expect_error(const std::vector<std::string>& parts, unsigned threads = 64) {
  for (const simt::Order& order : simt::orders()) {
    SCOPED_TRACE(simt::to_string(order));
    const simt::OrderScope scope(order);
    DeviceBuffer<float> x(64);
    try {
      launch<Kernel>({1, threads}, nullptr, x.data());
      ADD_FAILURE() << "the fault went unnoticed";
    } catch (const simt::Error& error) {
      const std::string text = error.what();
      for (const std::string& part : parts) {
        EXPECT_NE(text.find(part), std::string::npos) << part << " is not in: " << text;
      }
    }
    launch<write_threads>({1, 64}, nullptr, x.data());
    EXPECT_EQ(x.download()[63], 63.0f);
  }
}

__global__ void diverge_at_a_barrier(float* x) {
  if (threadIdx.x < 32) {
    __syncthreads();
  } else {
    x[threadIdx.x] = 1.0f;
    __syncthreads();
  }
}

TEST(Faults, DivergentBarrier) {
  expect_error<diverge_at_a_barrier>(
      {"divergent __syncthreads", "faults_test.cpp:", "diverge_at_a_barrier", "block (0, 0, 0)"});
}

__global__ void leave_before_a_barrier(float* x) {
  if (threadIdx.x == 5) return;
  __syncthreads();
  x[threadIdx.x] = 1.0f;
}

TEST(Faults, EarlyExit) {
  expect_error<leave_before_a_barrier>({"__syncthreads", "leave", "leave_before_a_barrier"});
}

__global__ void shuffle_outside_the_mask(float* x) {
  float value = 1.0f;
  if (threadIdx.x < 16) value = __shfl_xor_sync(0xffff0000u, value, 1);
  x[threadIdx.x] = value;
}

TEST(Faults, LaneOutsideItsOwnMask) {
  expect_error<shuffle_outside_the_mask>({"__shfl_xor_sync", "not in its own mask"});
}

__global__ void shuffle_in_half_a_warp(float* x) {
  float value = 1.0f;
  if (threadIdx.x < 16) value = __shfl_xor_sync(kFullMask, value, 1);
  x[threadIdx.x] = value;
  __syncthreads();
}

TEST(Faults, MaskNamesLanesThatNeverCome) {
  expect_error<shuffle_in_half_a_warp>(
      {"deadlock", "16 thread(s) wait in __shfl_xor_sync at ",
       "faults_test.cpp:", "48 thread(s) wait in __syncthreads at ", "0 have left the kernel"});
}

__global__ void meet_in_different_collectives(float* x) {
  unsigned bits = 0;
  if (threadIdx.x % 32 < 16) {
    bits = __ballot_sync(kFullMask, 1);
  } else {
    bits = static_cast<unsigned>(__any_sync(kFullMask, 1));
  }
  x[threadIdx.x] = static_cast<float>(bits);
}

TEST(Faults, DifferentCollectives) {
  expect_error<meet_in_different_collectives>({"__ballot_sync", "__any_sync"});
}

// The barrier at the end of the loop is missing: a quick thread overwrites what a slow one reads.
__global__ void reverse_sums(const float* x, float* sums, int rounds) {
  __shared__ float values[64];
  float sum = 0.0f;
  for (int round = 0; round < rounds; ++round) {
    values[threadIdx.x] = x[static_cast<unsigned>(round) * 64 + threadIdx.x];
    __syncthreads();
    sum += values[63 - threadIdx.x];
  }
  sums[threadIdx.x] = sum;
}

TEST(Faults, AMissingBarrierShowsInSomeOrderAndAlwaysToTheRaceCheck) {
  constexpr std::size_t kRounds = 4;
  std::vector<float> values(kRounds * 64), expected(64, 0.0f);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(i * i % 97);
    expected[63 - i % 64] += values[i];
  }
  int wrong = 0;
  for (const simt::Order& order : simt::orders()) {
    const simt::OrderScope scope(order);
    DeviceBuffer<float> x(values), sums(64);
    launch<reverse_sums>({1, 64}, nullptr, x.data(), sums.data(), int{kRounds});
    wrong += sums.download() != expected;
    EXPECT_EQ(simt::race_count() > 0, simt::kRaceChecked) << simt::to_string(order);
    simt::reset_races();
  }
  EXPECT_GT(wrong, 0);
}

#ifndef __SANITIZE_ADDRESS__  // which would end the program at the first such write
__global__ void write_around(float* x, int n) {
  x[-1] = 0.0f;
  x[n] = 0.0f;
}

TEST(Faults, ABufferFindsDamageToItsGuardZones) {
  DeviceBuffer<float> x(10, 1), intact(10, 1);
  launch<write_around>({1, 1}, nullptr, x.data(), 9);
  EXPECT_NONFATAL_FAILURE(x.download(), "before the buffer");
  DeviceBuffer<float> y(10, 1);
  launch<write_around>({1, 1}, nullptr, y.data() + 1, 9);
  EXPECT_NONFATAL_FAILURE(y.download(), "after the buffer");
  EXPECT_EQ(intact.download().size(), 10u);
}
#endif

#ifdef __SANITIZE_THREAD__
void race_on_every_order() {
  on_every_order([] {
    simt::reset_races();  // so that every order finds it again
    DeviceBuffer<float> x(std::vector<float>(128, 1.0f)), sums(64);
    launch<reverse_sums>({1, 64}, nullptr, x.data(), sums.data(), 2);
  });
}

TEST(Faults, OnEveryOrderFailsOnARace) {
  ::testing::TestPartResultArray failures;
  {
    const ::testing::ScopedFakeTestPartResultReporter collect(&failures);
    race_on_every_order();
  }
  EXPECT_GT(failures.size(), 0);
  simt::reset_races();
}
#endif

}  // namespace
}  // namespace curb::testing
