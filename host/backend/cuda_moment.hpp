// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A point in the order of a stream's work, and the time when the device came to it.
#pragma once

#include <cuda_runtime.h>

#include "host/backend/backend.hpp"
#include "host/backend/cuda_graph.hpp"
#include "kernels/launch.cuh"

namespace curb::backend {

class CudaMoment final : public Moment {
 public:
  /// Behind what is on `stream`, of `device`, which must be current.
  CudaMoment(int device, cudaStream_t stream) : device_(device) { event_.record(stream); }

  bool has_passed() override {
    select();
    const cudaError_t error = cudaEventQuery(event_.get());
    if (error == cudaErrorNotReady) {
      cudaGetLastError();  // it is an answer: later calls are not to find it
      return false;
    }
    kernels::check(error, "asking whether the device is done");
    return true;
  }
  void wait() override {
    if (has_passed()) return;
    kernels::check(cudaEventSynchronize(event_.get()), "waiting for the device");
  }
  double seconds_since(const Moment& earlier) const override {
    select();
    float milliseconds = 0.0f;
    kernels::check(
        cudaEventElapsedTime(&milliseconds, static_cast<const CudaMoment&>(earlier).event_.get(),
                             event_.get()),
        "asking for the time");
    return static_cast<double>(milliseconds) / 1e3;
  }

 private:
  void select() const { kernels::check(cudaSetDevice(device_), "selecting the device"); }

  int device_;
  CudaEvent event_{cudaEventDefault};
};

}  // namespace curb::backend
