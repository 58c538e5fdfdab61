// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What the emulator offers beyond a GPU: orders, deferred streams, counts, junk, the log.
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <set>

#include "kernels/simt.cuh"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

using kernels::launch;

__global__ void arrive(unsigned* counter, unsigned* places) {
  places[blockIdx.x * blockDim.x + threadIdx.x] = atomicAdd(counter, 1u);
}

std::vector<unsigned> arrival_places(simt::Order order) {
  const simt::OrderScope scope(order);
  DeviceBuffer<unsigned> counter(std::vector<unsigned>{0}), places(2 * 64);
  launch<arrive>({2, 64}, nullptr, counter.data(), places.data());
  return places.download();
}

TEST(Orders, DecideWhoRunsFirst) {
  const std::vector<unsigned> ascending = arrival_places(simt::Order::ascending());
  const std::vector<unsigned> descending = arrival_places(simt::Order::descending());
  for (unsigned i = 0; i < 128; ++i) {
    EXPECT_EQ(ascending[i], i);
    EXPECT_EQ(descending[i], 127 - i);
  }
  std::set<std::vector<unsigned>> distinct;
  for (const simt::Order& order : simt::orders()) distinct.insert(arrival_places(order));
  EXPECT_EQ(distinct.size(), 5u);
  EXPECT_EQ(arrival_places(simt::Order::seeded(2)), arrival_places(simt::Order::seeded(2)));
}

TEST(Orders, AScopeRestoresTheOrderBefore) {
  const std::vector<unsigned> ascending = arrival_places(simt::Order::ascending());
  const simt::OrderScope outer(simt::Order::ascending());
  { const simt::OrderScope inner(simt::Order::descending()); }
  DeviceBuffer<unsigned> counter(std::vector<unsigned>{0}), places(2 * 64);
  launch<arrive>({2, 64}, nullptr, counter.data(), places.data());
  EXPECT_EQ(places.download(), ascending);
}

// Reads shared memory that nobody has written in this block: the block before wrote 1 there.
__global__ void read_unwritten(float* out) {
  __shared__ float fixed;
  float* dynamic = kernels::dynamic_shared<float>();
  out[2 * blockIdx.x] = fixed;
  out[2 * blockIdx.x + 1] = dynamic[0];
  fixed = dynamic[0] = 1.0f;
}

TEST(Junk, UnwrittenMemoryIsNotANumber) {
  DeviceBuffer<float> out(4), unwritten(1);
  EXPECT_TRUE(std::isnan(unwritten.download()[0]));
  launch<read_unwritten>({2, 1, sizeof(float)}, nullptr, out.data());
  for (float value : out.download()) EXPECT_TRUE(std::isnan(value)) << value;
  if (simt::kRaceChecked) {
    EXPECT_EQ(simt::race_count(), 2);  // two places that read what nobody wrote
    simt::reset_races();
  }
}

__global__ void store(float* x, float value) { *x = value; }

template <int N>
__global__ void store_constant(float* x) {
  *x = N;
}

TEST(Counts, TellWhatWasAskedOfTheRuntime) {
  cudaStream_t stream = nullptr;
  ASSERT_EQ(cudaStreamCreate(&stream), cudaSuccess);
  float *device = nullptr, *pinned = nullptr;
  simt::reset_counts();
  ASSERT_EQ(cudaMalloc(&device, sizeof(float)), cudaSuccess);
  ASSERT_EQ(cudaMallocHost(&pinned, sizeof(float)), cudaSuccess);
  EXPECT_EQ(simt::counts().allocations, 2);

  launch<store>({1, 1}, stream, device, 1.0f);
  launch<store_constant<2>>({1, 1}, stream, device);
  launch<store_constant<3>>({1, 1}, stream, device);
  EXPECT_EQ(simt::counts().launches,
            (std::map<std::string, long>{{"store", 1}, {"store_constant", 2}}));
  EXPECT_EQ(simt::counts().total_launches(), 3);

  float host = 0.0f;
  EXPECT_EQ(cudaMemcpyAsync(pinned, device, 4, cudaMemcpyDeviceToHost, stream), cudaSuccess);
  EXPECT_EQ(simt::counts().pageable_async_copies, 0);
  EXPECT_EQ(cudaMemcpyAsync(&host, device, 4, cudaMemcpyDeviceToHost, stream), cudaSuccess);
  EXPECT_EQ(simt::counts().pageable_async_copies, 1);
  EXPECT_EQ(simt::counts().host_waits, 0);
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
  EXPECT_EQ(cudaMemcpy(&host, device, 4, cudaMemcpyDeviceToHost), cudaSuccess);
  EXPECT_EQ(simt::counts().host_waits, 2);
  EXPECT_EQ(simt::counts().copies, 3);
  EXPECT_EQ(simt::counts().pageable_async_copies, 1);
  EXPECT_EQ(cudaMemset(device, 0, 4), cudaSuccess);
  EXPECT_EQ(simt::counts().memsets, 1);

  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  ASSERT_EQ(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal), cudaSuccess);
  launch<store>({1, 1}, stream, device, 1.0f);
  launch<store>({1, 1}, stream, device, 2.0f);
  ASSERT_EQ(cudaStreamEndCapture(stream, &graph), cudaSuccess);
  ASSERT_EQ(cudaGraphInstantiate(&executable, graph), cudaSuccess);
  EXPECT_EQ(cudaGraphLaunch(executable, stream), cudaSuccess);
  EXPECT_EQ(simt::counts().graph_launches, 1);
  EXPECT_EQ(simt::counts().graph_kernels, 2);
  EXPECT_EQ(simt::counts().total_launches(), 3) << "captured launches must not count";

  EXPECT_EQ(cudaFree(device), cudaSuccess);
  EXPECT_EQ(cudaFreeHost(pinned), cudaSuccess);
  EXPECT_EQ(simt::counts().frees, 2);
  EXPECT_EQ(cudaGraphExecDestroy(executable), cudaSuccess);
  EXPECT_EQ(cudaGraphDestroy(graph), cudaSuccess);
  EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
}

// One stream fills a buffer, another reads it back; `ordered` by an event, or not.
int seeds_with_the_right_result(bool ordered) {
  constexpr std::uint64_t kSeeds = 8;
  int right = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const simt::DeferredStreams deferred(seed);
    DeviceBuffer<float> x(1);
    cudaStream_t writer = nullptr, reader = nullptr;
    cudaEvent_t written = nullptr;
    kernels::check(cudaStreamCreateWithFlags(&writer, cudaStreamNonBlocking), "stream");
    kernels::check(cudaStreamCreateWithFlags(&reader, cudaStreamNonBlocking), "stream");
    kernels::check(cudaEventCreate(&written), "event");
    kernels::check(cudaDeviceSynchronize(), "waiting for the buffer");
    float result = 0.0f;
    launch<store>({1, 1}, writer, x.data(), 5.0f);
    if (ordered) {
      kernels::check(cudaEventRecord(written, writer), "event");
      kernels::check(cudaStreamWaitEvent(reader, written), "event");
    }
    kernels::check(cudaMemcpyAsync(&result, x.data(), 4, cudaMemcpyDeviceToHost, reader), "copy");
    EXPECT_EQ(result, 0.0f) << "nothing has waited for the copy yet";
    kernels::check(cudaDeviceSynchronize(), "waiting for both streams");
    right += result == 5.0f;
    kernels::check(cudaEventDestroy(written), "event");
    kernels::check(cudaStreamDestroy(writer), "stream");
    kernels::check(cudaStreamDestroy(reader), "stream");
  }
  return right;
}

TEST(DeferredStreams, AnEventOrdersStreams) { EXPECT_EQ(seeds_with_the_right_result(true), 8); }

TEST(DeferredStreams, AMissingEventShowsUnderSomeSeed) {
  EXPECT_LT(seeds_with_the_right_result(false), 8);
}

TEST(DeferredStreams, AHostReadWithoutSynchronisationIsTooEarly) {
  const simt::DeferredStreams deferred(1);
  cudaStream_t stream = nullptr;
  ASSERT_EQ(cudaStreamCreate(&stream), cudaSuccess);
  float *device = nullptr, *pinned = nullptr;
  ASSERT_EQ(cudaMalloc(&device, sizeof(float)), cudaSuccess);
  ASSERT_EQ(cudaMallocHost(&pinned, sizeof(float)), cudaSuccess);
  *pinned = -1.0f;
  launch<store>({1, 1}, stream, device, 5.0f);
  EXPECT_EQ(cudaMemcpyAsync(pinned, device, 4, cudaMemcpyDeviceToHost, stream), cudaSuccess);
  EXPECT_EQ(*pinned, -1.0f);
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
  EXPECT_EQ(*pinned, 5.0f);
  EXPECT_EQ(cudaFree(device), cudaSuccess);
  EXPECT_EQ(cudaFreeHost(pinned), cudaSuccess);
  EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
}

TEST(DeferredStreams, PageableMemoryIsReadBeforeTheCopyReturns) {
  const simt::DeferredStreams deferred(1);
  cudaStream_t stream = nullptr;
  float* device = nullptr;
  ASSERT_EQ(cudaStreamCreate(&stream), cudaSuccess);
  ASSERT_EQ(cudaMalloc(&device, sizeof(float)), cudaSuccess);
  float host = 1.0f, result = 0.0f;
  EXPECT_EQ(cudaMemcpyAsync(device, &host, 4, cudaMemcpyHostToDevice, stream), cudaSuccess);
  host = 2.0f;
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
  EXPECT_EQ(cudaMemcpy(&result, device, 4, cudaMemcpyDeviceToHost), cudaSuccess);
  EXPECT_EQ(result, 1.0f);
  EXPECT_EQ(cudaFree(device), cudaSuccess);
  EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
}

// The results, over several seeds, of a graph that stores 1 and 2 on two of its branches, which
// join; the second also waits for the first when `ordered`.
std::set<float> results_of_a_graph(bool ordered) {
  std::set<float> results;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const simt::DeferredStreams deferred(seed);
    DeviceBuffer<float> x(1);
    cudaStream_t first = nullptr, second = nullptr;
    cudaEvent_t fork = nullptr, join = nullptr;
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t executable = nullptr;
    EXPECT_EQ(cudaStreamCreate(&first), cudaSuccess);
    EXPECT_EQ(cudaStreamCreate(&second), cudaSuccess);
    EXPECT_EQ(cudaEventCreate(&fork), cudaSuccess);
    EXPECT_EQ(cudaEventCreate(&join), cudaSuccess);
    EXPECT_EQ(cudaStreamBeginCapture(first, cudaStreamCaptureModeGlobal), cudaSuccess);
    if (ordered) launch<store>({1, 1}, first, x.data(), 1.0f);
    EXPECT_EQ(cudaEventRecord(fork, first), cudaSuccess);
    EXPECT_EQ(cudaStreamWaitEvent(second, fork), cudaSuccess);
    if (!ordered) launch<store>({1, 1}, first, x.data(), 1.0f);
    launch<store>({1, 1}, second, x.data(), 2.0f);
    EXPECT_EQ(cudaEventRecord(join, second), cudaSuccess);
    EXPECT_EQ(cudaStreamWaitEvent(first, join), cudaSuccess);
    EXPECT_EQ(cudaStreamEndCapture(first, &graph), cudaSuccess);
    EXPECT_EQ(cudaGraphInstantiate(&executable, graph), cudaSuccess);
    EXPECT_EQ(cudaGraphLaunch(executable, first), cudaSuccess);
    results.insert(x.download()[0]);
    EXPECT_EQ(cudaGraphExecDestroy(executable), cudaSuccess);
    EXPECT_EQ(cudaGraphDestroy(graph), cudaSuccess);
    EXPECT_EQ(cudaEventDestroy(fork), cudaSuccess);
    EXPECT_EQ(cudaEventDestroy(join), cudaSuccess);
    EXPECT_EQ(cudaStreamDestroy(first), cudaSuccess);
    EXPECT_EQ(cudaStreamDestroy(second), cudaSuccess);
  }
  return results;
}

TEST(DeferredStreams, AGraphObeysItsEdges) {
  EXPECT_EQ(results_of_a_graph(true), std::set<float>{2.0f});
}

TEST(DeferredStreams, AGraphsOpenOrderIsSeeded) {
  EXPECT_EQ(results_of_a_graph(false), (std::set<float>{1.0f, 2.0f}));
}

TEST(Log, NamesTheKernelsThatRan) {
  const std::string path = ::testing::TempDir() + "simt_log_test_" + std::to_string(getpid());
  EXPECT_EXIT(
      {
        setenv("CURB_SIMT_LOG", path.c_str(), 1);
        DeviceBuffer<float> x(1);
        launch<store>({1, 1}, nullptr, x.data(), 1.0f);
        launch<store_constant<1>>({1, 1}, nullptr, x.data());
        launch<store_constant<2>>({1, 1}, nullptr, x.data());
        std::exit(0);
      },
      ::testing::ExitedWithCode(0), "");
  std::map<std::string, int> lines;
  std::ifstream log(path);
  for (std::string line; std::getline(log, line);) ++lines[line];
  EXPECT_EQ(lines["store"], 1);
  EXPECT_EQ(lines["store_constant"], 1);
  std::remove(path.c_str());
}

}  // namespace
}  // namespace curb::testing
