// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Memory, streams, events, capture and graphs, as the kernels' host code uses them. The same tests
// run on a GPU.
#include "kernels/launch.cuh"
#include "tests/simt/executor.hpp"
#include "tests/simt/test_stream.hpp"

namespace curb::testing {
namespace {

using kernels::launch;

constexpr std::size_t kSize = 64;
constexpr std::size_t kBytes = kSize * sizeof(float);

__global__ void add(float* x, const float* amount) { x[threadIdx.x] += *amount; }

std::vector<float> constant(float value) { return std::vector<float>(kSize, value); }

class Event {
 public:
  explicit Event(unsigned flags = cudaEventDisableTiming) {
    kernels::check(cudaEventCreateWithFlags(&event_, flags), "event");
  }
  ~Event() { cudaEventDestroy(event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  operator cudaEvent_t() const { return event_; }

 private:
  cudaEvent_t event_ = nullptr;
};

TEST(Runtime, AReplayedGraphReadsDeviceScalarsAnew) {
  on_every_order([] {
    DeviceBuffer<float> x(constant(0.0f)), amount(std::vector<float>{1.0f});
    const TestStream stream;
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t executable = nullptr;
    ASSERT_EQ(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), cudaSuccess);
    cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
    EXPECT_EQ(cudaStreamIsCapturing(stream, &status), cudaSuccess);
    EXPECT_EQ(status, cudaStreamCaptureStatusActive);
    launch<add>({1, kSize}, stream, x.data(), amount.data());
    launch<add>({1, kSize}, stream, x.data(), amount.data());
    ASSERT_EQ(cudaStreamEndCapture(stream, &graph), cudaSuccess);
    EXPECT_EQ(x.download(), constant(0.0f)) << "capturing must run nothing";

    ASSERT_EQ(cudaGraphInstantiate(&executable, graph), cudaSuccess);
    EXPECT_EQ(cudaGraphDestroy(graph), cudaSuccess);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(cudaGraphLaunch(executable, stream), cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
    amount.upload({10.0f});
    EXPECT_EQ(cudaGraphLaunch(executable, stream), cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
    EXPECT_EQ(x.download(), constant(3 * 2 * 1.0f + 2 * 10.0f));
    EXPECT_EQ(cudaGraphExecDestroy(executable), cudaSuccess);
  });
}

TEST(Runtime, ACaptureSpansStreamsThatEventsJoin) {
  on_every_order([] {
    DeviceBuffer<float> x(constant(0.0f)), y(constant(0.0f)), amount(std::vector<float>{1.0f});
    const TestStream first, second;
    const Event fork, join;
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t executable = nullptr;
    ASSERT_EQ(cudaStreamBeginCapture(first, cudaStreamCaptureModeThreadLocal), cudaSuccess);
    launch<add>({1, kSize}, first, x.data(), amount.data());
    EXPECT_EQ(cudaEventRecord(fork, first), cudaSuccess);
    EXPECT_EQ(cudaStreamWaitEvent(second, fork), cudaSuccess);
    launch<add>({1, kSize}, second, y.data(), x.data());
    EXPECT_EQ(cudaEventRecord(join, second), cudaSuccess);
    EXPECT_EQ(cudaStreamWaitEvent(first, join), cudaSuccess);
    launch<add>({1, kSize}, first, x.data(), y.data());
    ASSERT_EQ(cudaStreamEndCapture(first, &graph), cudaSuccess);
    ASSERT_EQ(cudaGraphInstantiate(&executable, graph), cudaSuccess);
    EXPECT_EQ(cudaGraphLaunch(executable, first), cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(first), cudaSuccess);
    EXPECT_EQ(y.download(), constant(1.0f));
    EXPECT_EQ(x.download(), constant(2.0f));
    EXPECT_EQ(cudaGraphExecDestroy(executable), cudaSuccess);
    EXPECT_EQ(cudaGraphDestroy(graph), cudaSuccess);
  });
}

TEST(Runtime, AnUnjoinedCaptureIsRefused) {
  on_every_order([] {
    DeviceBuffer<float> x(constant(0.0f)), amount(std::vector<float>{1.0f});
    const TestStream first, second;
    const Event fork;
    cudaGraph_t graph = nullptr;
    ASSERT_EQ(cudaStreamBeginCapture(first, cudaStreamCaptureModeThreadLocal), cudaSuccess);
    EXPECT_EQ(cudaEventRecord(fork, first), cudaSuccess);
    EXPECT_EQ(cudaStreamWaitEvent(second, fork), cudaSuccess);
    launch<add>({1, kSize}, second, x.data(), amount.data());
    EXPECT_EQ(cudaStreamEndCapture(first, &graph), cudaErrorStreamCaptureUnjoined);
    EXPECT_EQ(cudaGetLastError(), cudaErrorStreamCaptureUnjoined);
  });
}

TEST(Runtime, SynchronisingSpoilsACapture) {
  on_every_order([] {
    const TestStream stream;
    cudaGraph_t graph = nullptr;
    ASSERT_EQ(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(stream), cudaErrorStreamCaptureUnsupported);
    EXPECT_EQ(cudaStreamEndCapture(stream, &graph), cudaErrorStreamCaptureInvalidated);
    EXPECT_EQ(graph, nullptr);
    EXPECT_EQ(cudaGetLastError(), cudaErrorStreamCaptureInvalidated);
    EXPECT_EQ(cudaGetLastError(), cudaSuccess);
  });
}

TEST(Runtime, PitchedCopies) {
  on_every_order([] {
    std::vector<float> values(kSize);
    for (std::size_t i = 0; i < kSize; ++i) values[i] = static_cast<float>(i);
    DeviceBuffer<float> x(constant(-1.0f));
    constexpr std::size_t kRows = 4, kColumns = 3, kPitch = 16;
    const TestStream stream;
    EXPECT_EQ(
        cudaMemcpy2DAsync(x.data(), kPitch * sizeof(float), values.data(), kColumns * sizeof(float),
                          kColumns * sizeof(float), kRows, cudaMemcpyHostToDevice, stream),
        cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
    std::vector<float> expected = constant(-1.0f);
    for (std::size_t i = 0; i < kRows * kColumns; ++i) {
      expected[i / kColumns * kPitch + i % kColumns] = static_cast<float>(i);
    }
    EXPECT_EQ(x.download(), expected);
  });
}

TEST(Runtime, WrongCopiesAreRefused) {
  on_every_order([] {
    std::vector<float> host(kSize);
    float* device = nullptr;
    ASSERT_EQ(cudaMalloc(&device, kBytes), cudaSuccess);
    EXPECT_EQ(cudaMemcpy2DAsync(device, 4, host.data(), 8, 8, 2, cudaMemcpyHostToDevice),
              cudaErrorInvalidPitchValue);
    EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidPitchValue);
    EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);
    EXPECT_EQ(cudaFree(device), cudaSuccess);
    EXPECT_EQ(cudaFree(nullptr), cudaSuccess);
  });
}

TEST(Runtime, StreamOrderedMemoryAndPinnedMemory) {
  on_every_order([] {
    const TestStream stream;
    float* device = nullptr;
    float* pinned = nullptr;
    ASSERT_EQ(cudaMallocHost(&pinned, kBytes), cudaSuccess);
    ASSERT_EQ(cudaMallocAsync(&device, kBytes, stream), cudaSuccess);
    EXPECT_EQ(cudaMemsetAsync(device, 0, kBytes, stream), cudaSuccess);
    DeviceBuffer<float> amount(std::vector<float>{2.5f});
    launch<add>({1, kSize}, stream, device, amount.data());
    EXPECT_EQ(cudaMemcpyAsync(pinned, device, kBytes, cudaMemcpyDeviceToHost, stream), cudaSuccess);
    EXPECT_EQ(cudaFreeAsync(device, stream), cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
    EXPECT_EQ(std::vector<float>(pinned, pinned + kSize), constant(2.5f));
    EXPECT_EQ(cudaFreeHost(pinned), cudaSuccess);
  });
}

TEST(Runtime, EventsTellWhatIsDone) {
  on_every_order([] {
    DeviceBuffer<float> x(constant(0.0f)), amount(std::vector<float>{1.0f});
    const TestStream stream;
    const Event start(cudaEventDefault), stop(cudaEventDefault), untimed;
    EXPECT_EQ(cudaEventRecord(start, stream), cudaSuccess);
    launch<add>({1, kSize}, stream, x.data(), amount.data());
    EXPECT_EQ(cudaEventRecord(stop, stream), cudaSuccess);
    EXPECT_EQ(cudaEventRecord(untimed, stream), cudaSuccess);
    EXPECT_EQ(cudaEventSynchronize(untimed), cudaSuccess);
    EXPECT_EQ(cudaEventQuery(stop), cudaSuccess);
    EXPECT_EQ(cudaStreamQuery(stream), cudaSuccess);
    float milliseconds = -1.0f;
    EXPECT_EQ(cudaEventElapsedTime(&milliseconds, start, stop), cudaSuccess);
    EXPECT_GE(milliseconds, 0.0f);
    EXPECT_EQ(cudaEventElapsedTime(&milliseconds, start, untimed), cudaErrorInvalidResourceHandle);
    EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidResourceHandle);
  });
}

TEST(Runtime, TheDeviceDescribesItself) {
  on_every_order([] {
    int device = -1, count = 0, driver = 0, runtime = 0;
    EXPECT_EQ(cudaGetDeviceCount(&count), cudaSuccess);
    EXPECT_EQ(cudaGetDevice(&device), cudaSuccess);
    EXPECT_EQ(cudaSetDevice(device), cudaSuccess);
    EXPECT_EQ(cudaDriverGetVersion(&driver), cudaSuccess);
    EXPECT_EQ(cudaRuntimeGetVersion(&runtime), cudaSuccess);
    EXPECT_GE(runtime, 12000);
    EXPECT_GE(driver, runtime);
    cudaDeviceProp properties = {};
    ASSERT_EQ(cudaGetDeviceProperties(&properties, device), cudaSuccess);
    EXPECT_GT(properties.name[0], '\0');
    const std::pair<cudaDeviceAttr, int> attributes[] = {
        {cudaDevAttrMultiProcessorCount, properties.multiProcessorCount},
        {cudaDevAttrComputeCapabilityMajor, properties.major},
        {cudaDevAttrComputeCapabilityMinor, properties.minor},
        {cudaDevAttrL2CacheSize, properties.l2CacheSize},
        {cudaDevAttrMaxSharedMemoryPerBlockOptin,
         static_cast<int>(properties.sharedMemPerBlockOptin)},
        {cudaDevAttrWarpSize, 32}};
    for (const auto& [attribute, expected] : attributes) {
      int value = -1;
      EXPECT_EQ(cudaDeviceGetAttribute(&value, attribute, device), cudaSuccess);
      EXPECT_EQ(value, expected);
    }
    EXPECT_EQ(cudaSetDevice(count), cudaErrorInvalidDevice);
    EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidDevice);
  });
}

TEST(Runtime, ErrorsHaveNames) {
  EXPECT_STREQ(cudaGetErrorName(cudaErrorInvalidValue), "cudaErrorInvalidValue");
  EXPECT_STREQ(cudaGetErrorString(cudaErrorInvalidValue), "invalid argument");
  EXPECT_NO_THROW(kernels::check(cudaSuccess, "nothing"));
  try {
    kernels::check(cudaErrorMemoryAllocation, "allocating the momentum");
    ADD_FAILURE() << "check let an error pass";
  } catch (const CudaError& error) {
    EXPECT_EQ(error.code(), cudaErrorMemoryAllocation);
    EXPECT_STREQ(error.what(),
                 "allocating the momentum: cudaErrorMemoryAllocation (out of memory)");
  }
}

}  // namespace
}  // namespace curb::testing
