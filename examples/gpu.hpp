// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What the CUDA examples share: failing calls end the program, and so does a missing GPU, with the
// status by which a test knows that it was skipped.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

inline void check(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  std::fprintf(stderr, "%s: %s\n", what, cudaGetErrorString(error));
  std::exit(1);
}

inline void skip_without_gpu() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error == cudaSuccess && count > 0) return;
  std::printf("skipped: no GPU (%s)\n", cudaGetErrorString(error));
  std::exit(77);
}

/// An array of floats on the current device.
class DeviceFloats {
 public:
  /// Zeros.
  explicit DeviceFloats(std::size_t size) : size_(size) {
    check(cudaMalloc(reinterpret_cast<void**>(&data_), size * sizeof(float)), "cudaMalloc");
    check(cudaMemset(data_, 0, size * sizeof(float)), "cudaMemset");
  }
  explicit DeviceFloats(const std::vector<float>& values) : DeviceFloats(values.size()) {
    check(cudaMemcpy(data_, values.data(), size_ * sizeof(float), cudaMemcpyHostToDevice),
          "copying to the device");
  }
  ~DeviceFloats() { cudaFree(data_); }
  DeviceFloats(const DeviceFloats&) = delete;
  DeviceFloats& operator=(const DeviceFloats&) = delete;

  float* data() const { return data_; }

  /// Waits for all work on the device.
  std::vector<float> to_host() const {
    std::vector<float> values(size_);
    check(cudaDeviceSynchronize(), "waiting for the device");
    check(cudaMemcpy(values.data(), data_, size_ * sizeof(float), cudaMemcpyDeviceToHost),
          "copying to the host");
    return values;
  }

 private:
  float* data_ = nullptr;
  std::size_t size_;
};
