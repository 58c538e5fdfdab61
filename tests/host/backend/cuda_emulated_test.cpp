// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What only the emulator can tell: what a step asks of the CUDA runtime, that nothing rests on the
// order in which streams and threads advance, and what happens when CUDA refuses.
#include <gtest/gtest.h>

#include <new>
#include <stdexcept>
#include <string>

#include "host/backend/cuda_backend.hpp"
#include "tests/host/backend/small_training.hpp"
#include "tests/simt/simt.hpp"

namespace curb::testing {
namespace {

std::vector<float> parameters_after(int epochs, const SmallTrainingOptions& options = {}) {
  const std::unique_ptr<backend::Backend> on = backend::make_cuda_backend(0);
  SmallTraining training(*on, options);
  for (int epoch = 1; epoch <= epochs; ++epoch) training.run_epoch(epoch);
  return training.parameters();
}

constexpr SmallTrainingOptions kStreamed{.place = backend::Place::host};

void expect_no_wait(const simt::Counts& counts) {
  EXPECT_EQ(counts.host_waits, 0);
  EXPECT_EQ(counts.pageable_async_copies, 0);
  EXPECT_EQ(counts.allocations, 0);
  EXPECT_EQ(counts.frees, 0);
}

void expect_one_launch_per_step(const SmallTrainingOptions& options) {
  const std::unique_ptr<backend::Backend> on = backend::make_cuda_backend(0);
  SmallTraining training(*on, options);
  training.steps().begin(1);
  simt::reset_counts();
  for (int step = 0; step < SmallTraining::kStepsPerEpoch; ++step) training.steps().step();
  const simt::Counts counts = simt::counts();
  EXPECT_EQ(counts.graph_launches, SmallTraining::kStepsPerEpoch);
  EXPECT_GT(counts.graph_kernels, 10 * SmallTraining::kStepsPerEpoch);
  // Rows that are streamed: nobody has fetched the first batch of an epoch ahead.
  EXPECT_EQ(counts.total_launches(), options.place == backend::Place::host ? 1 : 0);
  EXPECT_EQ(counts.copies, 0);
  EXPECT_EQ(counts.memsets, 0);
  expect_no_wait(counts);
}

TEST(CudaEmulated, AStepIsOneLaunchThatNeitherWaitsNorAllocates) {
  expect_one_launch_per_step({});
  expect_one_launch_per_step(kStreamed);
}

TEST(CudaEmulated, EpochsFollowEachOtherWithoutAWait) {
  const std::unique_ptr<backend::Backend> on = backend::make_cuda_backend(0);
  SmallTraining training(*on);
  simt::reset_counts();
  for (std::int64_t epoch = 1; epoch <= 4; ++epoch) training.run_epoch(epoch);
  EXPECT_EQ(simt::counts().copies, 2 * 4);  // the clock and the order of the rows
  expect_no_wait(simt::counts());
}

TEST(CudaEmulated, RowsThatDoNotFitAreLeftInTheHostsMemory) {
  const std::unique_ptr<backend::Backend> on = backend::make_cuda_backend(0);
  const data::Dataset rows = SmallTraining::dataset();
  const std::size_t bytes =
      rows.features.size() * sizeof(float) + rows.labels.size() * sizeof(std::int32_t);
  const std::size_t used = (std::size_t{4} << 30) - on->free_memory();
  const auto place_with = [&](std::size_t free) {
    const simt::DeviceMemorySize size(used + free);
    return train::place_for(*on, rows);
  };
  EXPECT_EQ(place_with(bytes / 4 * 5 + 5), backend::Place::device);
  EXPECT_EQ(place_with(bytes / 4 * 5 - 5), backend::Place::host);
}

TEST(CudaEmulated, TheOrderOfStreamsChangesNoBit) {
  const std::vector<float> expected = parameters_after(2);
  for (const std::uint64_t seed : {1, 2, 3}) {
    const simt::DeferredStreams deferred(seed);
    EXPECT_EQ(parameters_after(2), expected) << "seed " << seed;
    EXPECT_EQ(parameters_after(2, kStreamed), expected) << "streamed, seed " << seed;
  }
}

TEST(CudaEmulated, TheOrderOfThreadsChangesNoBit) {
  const std::vector<float> expected = parameters_after(1);
  for (const simt::Order& order : simt::orders()) {
    const simt::OrderScope scope(order);
    EXPECT_EQ(parameters_after(1), expected) << to_string(order);
  }
}

TEST(CudaEmulated, RefusedMemoryIsBadAlloc) {
  const std::unique_ptr<backend::Backend> on = backend::make_cuda_backend(0);
  EXPECT_THROW(on->allocate(std::size_t{1} << 40, backend::Place::device), std::bad_alloc);
  EXPECT_NO_THROW(backend::Buffer<float>(*on, 10).clear());
}

TEST(CudaEmulated, AnErrorInARecordingPassesThroughAndLeavesTheStreamInOrder) {
  const std::unique_ptr<backend::Backend> on = backend::make_cuda_backend(0);
  backend::Buffer<backend::Clock> clock(*on, 1);
  EXPECT_THROW(on->record([&] {
    on->advance(clock.data(), 1);
    throw std::logic_error("from within");
  }),
               std::logic_error);
  on->advance(clock.data(), 3);
  EXPECT_EQ(clock.download()[0].position, 3u);
}

template <class Operation>
void expect_failure(const Operation& operation, const std::string& text) {
  try {
    operation();
    FAIL() << "no failure";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();
  }
}

TEST(CudaEmulated, AFailureNamesTheOperation) {
  const std::unique_ptr<backend::Backend> on = backend::make_cuda_backend(0);
  std::vector<float> host(12, 1.0f);
  backend::Buffer<float> device(*on, 12);
  expect_failure([&] { on->copy(host.data(), device.data(), 4); }, "copying on the device: cuda");
  expect_failure(
      [&] {
        on->dense_forward({.rows = 2,
                           .fan_in = 3,
                           .fan_out = 4,
                           .input = host.data(),
                           .weight = device.data(),
                           .bias = device.data(),
                           .output = device.data()});
      },
      "product of [2, 3] and [3, 4]: cublasLtMatmul: CUBLAS_STATUS_INVALID_VALUE");
}

TEST(CudaEmulated, IsOpenedByName) {
  std::string why;
  EXPECT_EQ(backend::cuda_devices(why).size(), 1u);
  for (const char* name : {"cuda", "cuda:0", "auto"}) {
    const std::unique_ptr<backend::Backend> on = backend::open_backend(name, why);
    ASSERT_NE(on, nullptr) << name;
    EXPECT_EQ(on->device().kind, Device::Kind::cuda) << name;
    EXPECT_EQ(why.empty(), std::string(name) != "auto") << name;
    EXPECT_NE(on->description().find("CUDA device 0, curb emulator"), std::string::npos);
  }
  EXPECT_EQ(backend::open_backend("cuda:1", why), nullptr);
  EXPECT_FALSE(why.empty());
  EXPECT_THROW(backend::open_backend("cuda:x", why), std::invalid_argument);
}

}  // namespace
}  // namespace curb::testing
