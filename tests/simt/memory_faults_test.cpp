// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Planted faults in how kernels and host code use memory. AddressSanitizer and UBSan end the
// program at each of them; without the sanitizers the same kernels, used rightly, must work.
#include <gtest/gtest-spi.h>

#include "kernels/simt.cuh"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

using kernels::launch;

__global__ void store(float* x, int i) { x[i] = 1.0f; }

__global__ void use_static_array(float* x, int i) {
  __shared__ float values[8];
  values[i] = 2.0f;
  x[0] = values[i];
}

__device__ __attribute__((noinline)) void store_through(float* values, int i) { values[i] = 3.0f; }

__global__ void use_static_pointer(float* x, int i) {
  __shared__ float values[8];
  store_through(values, i);
  x[0] = values[i & 7];
}

__global__ void use_dynamic(float* x, int i) {
  float* values = kernels::dynamic_shared<float>();
  values[i] = 4.0f;
  x[0] = values[i];
}

__global__ void store_vector(float* x, int i) {
  *reinterpret_cast<float4*>(x + i) = make_float4(5.0f, 5.0f, 5.0f, 5.0f);
}

TEST(Memory, SoundUseWorks) {
  on_every_order([] {
    DeviceBuffer<float> x(8);
    launch<store>({1, 1}, nullptr, x.data(), 7);
    EXPECT_EQ(x.download()[7], 1.0f);
    launch<use_static_array>({1, 1}, nullptr, x.data(), 7);
    EXPECT_EQ(x.download()[0], 2.0f);
    launch<use_static_pointer>({1, 1}, nullptr, x.data(), 7);
    EXPECT_EQ(x.download()[0], 3.0f);
    launch<use_dynamic>({1, 1, 8 * sizeof(float)}, nullptr, x.data(), 7);
    EXPECT_EQ(x.download()[0], 4.0f);
    launch<store_vector>({1, 1}, nullptr, x.data(), 4);
    EXPECT_EQ(x.download()[4], 5.0f);
  });
}

#ifdef __SANITIZE_ADDRESS__

class MemoryFaults : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(cudaMalloc(&device_, 8 * sizeof(float)), cudaSuccess); }
  void TearDown() override { ASSERT_EQ(cudaFree(device_), cudaSuccess); }
  float* device_ = nullptr;
};

TEST_F(MemoryFaults, PastTheEndOfAnAllocation) {
  EXPECT_DEATH(launch<store>({1, 1}, nullptr, device_, 8), "AddressSanitizer");
}

TEST_F(MemoryFaults, BeforeTheStartOfAnAllocation) {
  EXPECT_DEATH(launch<store>({1, 1}, nullptr, device_, -1), "AddressSanitizer");
}

TEST_F(MemoryFaults, GuardZonesOfABuffer) {
  DeviceBuffer<float> x(8, 2), odd(8, 1);
  EXPECT_DEATH(launch<store>({1, 1}, nullptr, x.data(), 8), "use-after-poison");
  EXPECT_DEATH(launch<store>({1, 1}, nullptr, x.data(), -1), "use-after-poison");
  EXPECT_DEATH(launch<store>({1, 1}, nullptr, odd.data(), 8), "use-after-poison");
  launch<store>({1, 1}, nullptr, odd.data(), -1);
  EXPECT_NONFATAL_FAILURE(odd.download(), "before the buffer");
}

TEST_F(MemoryFaults, IndexOfAStaticSharedArray) {
  EXPECT_DEATH(launch<use_static_array>({1, 1}, nullptr, device_, 8), "index 8 out of bounds");
}

TEST_F(MemoryFaults, PointerIntoAStaticSharedArray) {
  EXPECT_DEATH(launch<use_static_pointer>({1, 1}, nullptr, device_, 8),
               "global-buffer-overflow|insufficient space");
}

TEST_F(MemoryFaults, PastTheEndOfDynamicSharedMemory) {
  EXPECT_DEATH(launch<use_dynamic>({1, 1, 7 * sizeof(float)}, nullptr, device_, 7),
               "AddressSanitizer");
}

TEST_F(MemoryFaults, MisalignedVector) {
  EXPECT_DEATH(launch<store_vector>({1, 1}, nullptr, device_, 1), "misaligned address");
}

TEST_F(MemoryFaults, HostCodeFollowsADevicePointer) {
  EXPECT_DEATH(device_[0] = 1.0f, "use-after-poison");
}

TEST_F(MemoryFaults, UseAfterFree) {
  float* freed = nullptr;
  ASSERT_EQ(cudaMalloc(&freed, 8 * sizeof(float)), cudaSuccess);
  ASSERT_EQ(cudaFree(freed), cudaSuccess);
  EXPECT_DEATH(launch<store>({1, 1}, nullptr, freed, 0), "heap-use-after-free");
}

#endif  // __SANITIZE_ADDRESS__

}  // namespace
}  // namespace curb::testing
