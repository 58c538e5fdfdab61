// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Memory, the gathering of batches, and recordings.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <numeric>
#include <utility>

#include "tests/host/backend/backends.hpp"
#include "tests/host/backend/values.hpp"

namespace curb::testing {
namespace {

using backend::Buffer;
using backend::Clock;
using backend::Recording;

class MemoryTest : public BackendTest {};

TEST_P(MemoryTest, BuffersAreZeroAlignedAndMove) {
  Buffer<float> buffer(*on, 1001);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.data()) % 256, 0u);
  EXPECT_EQ(buffer.download(), std::vector<float>(1001, 0.0f));
  const std::vector<float> values = random_values(1001, 1);
  buffer.upload(values);
  float* const data = buffer.data();
  Buffer<float> moved(std::move(buffer));
  EXPECT_EQ(moved.data(), data);
  Buffer<float> assigned(*on, 3);
  assigned = std::move(moved);
  EXPECT_EQ(assigned.data(), data);
  EXPECT_EQ(assigned.size(), 1001u);
  EXPECT_EQ(assigned.download(), values);
  assigned.clear();
  EXPECT_EQ(assigned.download(), std::vector<float>(1001, 0.0f));
}

TEST_P(MemoryTest, AnEmptyBufferIsNothing) {
  Buffer<float> buffer(*on, 0);
  EXPECT_EQ(buffer.data(), nullptr);
  EXPECT_TRUE(buffer.download().empty());
  buffer.upload({});
  buffer.clear();
}

TEST_P(MemoryTest, CopiesOnTheDevice) {
  const std::vector<float> values = random_values(77, 2);
  const Buffer<float> from = upload(values);
  Buffer<float> to(*on, 77);
  on->copy(from.data(), to.data(), from.bytes());
  EXPECT_EQ(to.download(), values);
}

TEST_P(MemoryTest, ADownloadIsThereWhenALaterMomentHasPassed) {
  const std::vector<float> values = random_values(77, 3);
  Buffer<float> from = upload(values);
  Buffer<float> to(*on, 77, backend::Place::host);
  const std::unique_ptr<backend::Moment> before = on->moment();
  on->download_later(from.data(), to.data(), from.bytes());
  const std::unique_ptr<backend::Moment> after = on->moment();
  from.clear();  // what comes later does not show
  after->wait();
  EXPECT_TRUE(after->has_passed());
  EXPECT_TRUE(before->has_passed());
  EXPECT_EQ(std::vector<float>(to.data(), to.data() + 77), values);
  EXPECT_GE(after->seconds_since(*before), 0.0);
  EXPECT_LT(after->seconds_since(*before), 60.0);
}

TEST_P(MemoryTest, SaysWhatItIs) {
  EXPECT_FALSE(on->description().empty());
  EXPECT_EQ(on->description().find('\n'), std::string::npos);
  EXPECT_EQ(on->signature().find('\n'), std::string::npos);
  EXPECT_EQ(on->signature(), GetParam().make(why)->signature());
}

class GatherTest : public BackendTest {
 protected:
  static constexpr std::int64_t kSamples = 50;
  static constexpr std::int64_t kColumns = 900;  // enough for several threads in a batch of 40
  static constexpr std::int64_t kTargets = 3;

  std::vector<float> features = random_values(kSamples * kColumns, 3);
  std::vector<float> targets = random_values(kSamples * kTargets, 4);
  std::vector<std::int32_t> labels = random_labels(kSamples, 1000, 5);
  std::vector<std::uint32_t> order = [] {
    std::vector<std::uint32_t> indices(kSamples);
    for (std::uint32_t i = 0; i < kSamples; ++i) indices[i] = (i * 7 + 3) % std::uint32_t{kSamples};
    return indices;
  }();
};

TEST_P(GatherTest, TakesTheSamplesOfTheOrderFromThePositionOn) {
  const Buffer<float> all_features = upload(features);
  const Buffer<float> all_targets = upload(targets);
  const Buffer<std::int32_t> all_labels = upload(labels);
  const Buffer<std::uint32_t> indices = upload(order);
  Buffer<Clock> clock = upload<Clock>({{.step = 6, .position = 2}});
  constexpr std::int64_t kRows = 40;
  Buffer<float> batch_features(*on, kRows * kColumns);
  Buffer<float> batch_targets(*on, kRows * kTargets);
  Buffer<std::int32_t> batch_labels(*on, kRows);
  const backend::Gather gather{.rows = kRows,
                               .order = indices.data(),
                               .clock = clock.data(),
                               .columns = kColumns,
                               .features = all_features.data(),
                               .batch_features = batch_features.data(),
                               .labels = all_labels.data(),
                               .batch_labels = batch_labels.data(),
                               .target_columns = kTargets,
                               .targets = all_targets.data(),
                               .batch_targets = batch_targets.data()};
  on->gather(gather);
  on->advance(clock.data(), kRows);
  const std::vector<float> x = batch_features.download();
  const std::vector<float> t = batch_targets.download();
  const std::vector<std::int32_t> l = batch_labels.download();
  for (std::size_t r = 0; r < kRows; ++r) {
    const std::size_t sample = order[2 + r];
    ASSERT_EQ(l[r], labels[sample]);
    for (std::size_t k = 0; k < kColumns; ++k) {
      ASSERT_EQ(x[r * kColumns + k], features[sample * kColumns + k]);
    }
    for (std::size_t k = 0; k < kTargets; ++k) {
      ASSERT_EQ(t[r * kTargets + k], targets[sample * kTargets + k]);
    }
  }
  const Clock after = clock.download()[0];
  EXPECT_EQ(after.step, 7u);
  EXPECT_EQ(after.position, 42u);
}

TEST_P(GatherTest, ARecordingMovesOnWithTheClock) {
  const Buffer<float> all_features = upload(features);
  const Buffer<std::uint32_t> indices = upload(order);
  Buffer<Clock> clock(*on, 1);
  Buffer<float> batch(*on, 4 * kColumns);
  const std::unique_ptr<Recording> recording = on->record([&] {
    on->gather({.rows = 4,
                .order = indices.data(),
                .clock = clock.data(),
                .columns = kColumns,
                .features = all_features.data(),
                .batch_features = batch.data()});
    on->advance(clock.data(), 4);
  });
  EXPECT_EQ(clock.download()[0].step, 0u) << "recording has no effect";
  for (std::size_t step = 0; step < 3; ++step) {
    recording->replay();
    const std::vector<float> x = batch.download();
    for (std::size_t r = 0; r < 4; ++r) {
      ASSERT_EQ(x[r * kColumns], features[order[4 * step + r] * kColumns]) << "step " << step;
    }
  }
  on->synchronize();
  EXPECT_EQ(clock.download()[0].position, 12u);
}

CURB_ON_EVERY_BACKEND(MemoryTest);
CURB_ON_EVERY_BACKEND(GatherTest);

}  // namespace
}  // namespace curb::testing
