// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Device memory, streams, events and graphs as the GPU's benchmarks use them; on the emulator, too.
#pragma once

#include <cuda_runtime.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "kernels/launch.cuh"

namespace curb::bench {

using kernels::check;

/// n floats on the device, aligned to 256 bytes.
class DeviceFloats {
 public:
  explicit DeviceFloats(std::int64_t n) {
    float* data = nullptr;
    if (n > 0) check(cudaMalloc(&data, static_cast<std::size_t>(n) * sizeof(float)), "allocating");
    data_.reset(data);
  }
  float* data() const { return data_.get(); }

  /// `count` floats, `stride` apart from each other; waits for the device.
  std::vector<float> read(std::int64_t first, std::int64_t count, std::int64_t stride = 1) const {
    std::vector<float> values(static_cast<std::size_t>(count));
    check(cudaDeviceSynchronize(), "waiting to read");
    if (stride == 1) {
      check(cudaMemcpy(values.data(), data() + first, values.size() * sizeof(float),
                       cudaMemcpyDeviceToHost),
            "reading");
      return values;
    }
    check(cudaMemcpy2DAsync(values.data(), sizeof(float), data() + first,
                            static_cast<std::size_t>(stride) * sizeof(float), sizeof(float),
                            values.size(), cudaMemcpyDeviceToHost),
          "reading");
    check(cudaDeviceSynchronize(), "reading");
    return values;
  }

 private:
  struct Free {
    void operator()(float* p) const { cudaFree(p); }
  };
  std::unique_ptr<float, Free> data_;
};

class DeviceStream {
 public:
  DeviceStream() {
    check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "making a stream");
  }
  ~DeviceStream() { cudaStreamDestroy(stream_); }
  DeviceStream(const DeviceStream&) = delete;
  DeviceStream& operator=(const DeviceStream&) = delete;

  cudaStream_t get() const { return stream_; }
  void wait() const { check(cudaStreamSynchronize(stream_), "waiting for the stream"); }

 private:
  cudaStream_t stream_ = nullptr;
};

/// What `enqueue(stream)` puts on a stream, to be replayed.
class Graph {
 public:
  template <class Enqueue>
  Graph(cudaStream_t stream, const Enqueue& enqueue) {
    cudaGraph_t graph = nullptr;
    check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "capturing");
    enqueue(stream);
    check(cudaStreamEndCapture(stream, &graph), "ending the capture");
    const cudaError_t error = cudaGraphInstantiate(&executable_, graph, 0);
    cudaGraphDestroy(graph);
    check(error, "instantiating the graph");
  }
  ~Graph() { cudaGraphExecDestroy(executable_); }
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  void launch(cudaStream_t stream) const {
    check(cudaGraphLaunch(executable_, stream), "launching the graph");
  }

 private:
  cudaGraphExec_t executable_ = nullptr;
};

/// Seconds that something took on the device, and that the host took to ask for it.
struct Timing {
  double device;
  double host;
};

/// Times what is enqueued on one stream between two events.
class EventTimer {
 public:
  EventTimer() {
    check(cudaEventCreate(&start_), "making an event");
    check(cudaEventCreate(&stop_), "making an event");
  }
  ~EventTimer() {
    cudaEventDestroy(start_);
    cudaEventDestroy(stop_);
  }
  EventTimer(const EventTimer&) = delete;
  EventTimer& operator=(const EventTimer&) = delete;

  /// Per repeat.
  template <class Enqueue>
  Timing time(cudaStream_t stream, int repeats, const Enqueue& enqueue) {
    using Clock = std::chrono::steady_clock;
    check(cudaEventRecord(start_, stream), "recording an event");
    const auto begin = Clock::now();
    for (int i = 0; i < repeats; ++i) enqueue(stream);
    const auto end = Clock::now();
    check(cudaEventRecord(stop_, stream), "recording an event");
    check(cudaEventSynchronize(stop_), "waiting for an event");
    float milliseconds = 0.0f;
    check(cudaEventElapsedTime(&milliseconds, start_, stop_), "asking for a time");
    return {1e-3 * static_cast<double>(milliseconds) / repeats,
            std::chrono::duration<double>(end - begin).count() / repeats};
  }

 private:
  cudaEvent_t start_ = nullptr;
  cudaEvent_t stop_ = nullptr;
};

}  // namespace curb::bench
