// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What the bodies of kernel tests use: one source for the emulator and for a GPU.
//
//   TEST(Scale, Doubles) {
//     on_every_order([] {
//       DeviceBuffer<float> x(std::vector<float>{1, 2, 3});
//       launch<scale>({1, 32}, nullptr, x.data(), 3);
//       EXPECT_EQ(x.download(), (std::vector<float>{2, 4, 6}));
//     });
//   }
#pragma once

#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <type_traits>
#include <vector>

#include "kernels/launch.cuh"
#ifdef CURB_SIMT
#include "tests/simt/simt.hpp"
#endif

namespace curb::testing {

// Whether every memory access is watched, which makes tests some ten times slower.
constexpr bool sanitized() {
#ifdef CURB_SIMT
  return simt::kAddressSanitized || simt::kRaceChecked;
#else
  return false;
#endif
}

constexpr std::size_t test_size(std::size_t full, std::size_t reduced) {
  return sanitized() ? reduced : full;
}

// On the emulator: runs `body` under each of simt::orders(), and expects no race. On a GPU: runs it
// once; where there is none the test is skipped, or fails when CURB_REQUIRE_GPU is 1. Call it last.
template <class Body>
void on_every_order(Body&& body) {
#ifdef CURB_SIMT
  for (const simt::Order& order : simt::orders()) {
    SCOPED_TRACE("thread order " + simt::to_string(order));
    const simt::OrderScope scope(order);
    const long races_before = simt::race_count();
    body();
    EXPECT_EQ(simt::race_count(), races_before);
    if (::testing::Test::HasFatalFailure() || ::testing::Test::IsSkipped()) return;
  }
#else
  int devices = 0;
  const cudaError_t error = cudaGetDeviceCount(&devices);
  if (error != cudaSuccess || devices == 0) {
    const char* required = std::getenv("CURB_REQUIRE_GPU");
    if (required != nullptr && std::string(required) == "1") {
      FAIL() << "CURB_REQUIRE_GPU is 1, but: " << cudaGetErrorString(error);
    }
    GTEST_SKIP() << "no GPU: " << cudaGetErrorString(error);
  }
  body();
  kernels::check(cudaDeviceSynchronize(), "waiting for the kernels of the test");
#endif
}

// Device memory for `size()` elements of T, between two guard zones that kernels must not touch:
// AddressSanitizer reports them at once, otherwise download() finds the damage.
template <class T>
class DeviceBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  // Every byte is 0xff until written: NaN as a float. The first element lies `offset` elements
  // after an address that is aligned to 256 bytes.
  explicit DeviceBuffer(std::size_t size, std::size_t offset = 0) : size_(size), offset_(offset) {
    kernels::check(cudaMalloc(&base_, total_bytes()), "allocating a test buffer");
    kernels::check(cudaMemset(base_, kFill, total_bytes()), "filling a test buffer");
    wait_for_null_stream();
#ifdef CURB_SIMT
    simt::forbid(base_, head_bytes());
    simt::forbid(base_ + head_bytes() + size_bytes(), kGuardBytes);
#endif
  }
  explicit DeviceBuffer(const std::vector<T>& values, std::size_t offset = 0)
      : DeviceBuffer(values.size(), offset) {
    upload(values);
  }
  ~DeviceBuffer() { cudaFree(base_); }
  DeviceBuffer(const DeviceBuffer&) = delete;
  DeviceBuffer& operator=(const DeviceBuffer&) = delete;

  T* data() { return reinterpret_cast<T*>(base_ + head_bytes()); }
  const T* data() const { return reinterpret_cast<const T*>(base_ + head_bytes()); }
  std::size_t size() const { return size_; }

  void upload(const std::vector<T>& values) {
    ASSERT_EQ(values.size(), size_);
    kernels::check(cudaMemcpy(data(), values.data(), size_bytes(), cudaMemcpyHostToDevice),
                   "uploading a test buffer");
    wait_for_null_stream();
  }

  // Waits for the device first.
  std::vector<T> download() const {
    kernels::check(cudaDeviceSynchronize(), "waiting for the kernels of the test");
    if (watched()) {  // all but the bytes that share one of AddressSanitizer's units with the data
      const std::size_t shared = head_bytes() % kUnitBytes;
      expect_untouched(head_bytes() - shared, shared, "before");
    } else {
      expect_untouched(0, head_bytes(), "before");
      expect_untouched(head_bytes() + size_bytes(), kGuardBytes, "after");
    }
    std::vector<T> values(size_);
    kernels::check(cudaMemcpy(values.data(), data(), size_bytes(), cudaMemcpyDeviceToHost),
                   "downloading a test buffer");
    return values;
  }

 private:
  static constexpr std::size_t kGuardBytes = 256;
  static constexpr std::size_t kUnitBytes = 8;
  static constexpr int kFill = 0xff;

  // Whether a kernel that touches a guard zone ends the program.
  static constexpr bool watched() {
#ifdef CURB_SIMT
    return simt::kAddressSanitized;
#else
    return false;
#endif
  }

  std::size_t size_bytes() const { return size_ * sizeof(T); }
  std::size_t head_bytes() const { return kGuardBytes + offset_ * sizeof(T); }
  std::size_t total_bytes() const { return head_bytes() + size_bytes() + kGuardBytes; }

  // Fills, and copies from pageable memory, may end later than the call; a test's own stream would
  // not wait for them.
  static void wait_for_null_stream() {
    kernels::check(cudaStreamSynchronize(nullptr), "waiting for a test buffer");
  }

  void expect_untouched(std::size_t begin, std::size_t bytes, const char* where) const {
    std::vector<unsigned char> guard(bytes);
    kernels::check(cudaMemcpy(guard.data(), base_ + begin, bytes, cudaMemcpyDeviceToHost),
                   "reading a guard zone");
    const auto damaged =
        std::find_if(guard.begin(), guard.end(), [](unsigned char byte) { return byte != kFill; });
    EXPECT_EQ(damaged, guard.end()) << "a kernel wrote " << where << " the buffer, at byte "
                                    << damaged - guard.begin() << " of the guard zone";
  }

  std::size_t size_;
  std::size_t offset_;
  char* base_ = nullptr;
};

}  // namespace curb::testing
