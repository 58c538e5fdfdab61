// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A stream that lives as long as the object, for tests on the emulator and on a GPU.
#pragma once

#include "kernels/launch.cuh"

namespace curb::testing {

class TestStream {
 public:
  TestStream() {
    kernels::check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "a test's stream");
  }
  ~TestStream() { cudaStreamDestroy(stream_); }
  TestStream(const TestStream&) = delete;
  TestStream& operator=(const TestStream&) = delete;
  operator cudaStream_t() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

}  // namespace curb::testing
