// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A stream, and what is captured from it, each an owner of what CUDA gives.
#pragma once

#include <cuda_runtime.h>

#include <utility>

#include "kernels/launch.cuh"

namespace curb::backend {

class CudaStream {
 public:
  CudaStream() {
    kernels::check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "creating a stream");
  }
  ~CudaStream() { cudaStreamDestroy(stream_); }
  CudaStream(const CudaStream&) = delete;
  CudaStream& operator=(const CudaStream&) = delete;

  cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

class CudaEvent {
 public:
  explicit CudaEvent(unsigned flags) {
    kernels::check(cudaEventCreateWithFlags(&event_, flags), "creating an event");
  }
  ~CudaEvent() { cudaEventDestroy(event_); }
  CudaEvent(const CudaEvent&) = delete;
  CudaEvent& operator=(const CudaEvent&) = delete;

  cudaEvent_t get() const { return event_; }
  void record(cudaStream_t stream) {
    kernels::check(cudaEventRecord(event_, stream), "recording an event");
  }

 private:
  cudaEvent_t event_ = nullptr;
};

/// Captures what is put on a stream in its lifetime. Relaxed: the first launch of a kernel loads
/// its code, which a stricter mode forbids some versions of CUDA in the middle of a capture.
class CudaCapture {
 public:
  explicit CudaCapture(cudaStream_t stream) : stream_(stream) {
    kernels::check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed),
                   "beginning to record");
  }
  ~CudaCapture() {
    if (stream_ == nullptr) return;
    cudaGraph_t graph = nullptr;
    if (cudaStreamEndCapture(stream_, &graph) == cudaSuccess) cudaGraphDestroy(graph);
  }
  CudaCapture(const CudaCapture&) = delete;
  CudaCapture& operator=(const CudaCapture&) = delete;

  /// The caller's to destroy.
  cudaGraph_t end() {
    cudaGraph_t graph = nullptr;
    kernels::check(cudaStreamEndCapture(std::exchange(stream_, nullptr), &graph), "recording");
    return graph;
  }

 private:
  cudaStream_t stream_;  ///< null: ended
};

/// A captured graph, ready to be launched.
class CudaGraph {
 public:
  /// Takes over `graph`.
  explicit CudaGraph(cudaGraph_t graph) {
    const cudaError_t error = cudaGraphInstantiate(&executable_, graph, 0);
    cudaGraphDestroy(graph);
    kernels::check(error, "making a recording ready");
  }
  ~CudaGraph() { cudaGraphExecDestroy(executable_); }
  CudaGraph(const CudaGraph&) = delete;
  CudaGraph& operator=(const CudaGraph&) = delete;

  void launch(cudaStream_t stream) {
    kernels::check(cudaGraphLaunch(executable_, stream), "replaying a recording");
  }

 private:
  cudaGraphExec_t executable_ = nullptr;
};

}  // namespace curb::backend
