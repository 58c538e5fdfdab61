// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What happens around the layers of a batch: rows gathered, columns added up, the clock moved on.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/network.hpp"
#include "tests/kernels/values.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

std::int64_t signed_size(std::size_t size) { return static_cast<std::int64_t>(size); }

void expect_gathered(std::size_t columns, std::size_t target_columns, bool labelled) {
  SCOPED_TRACE(std::to_string(columns) + " columns, " + std::to_string(target_columns) +
               " targets");
  constexpr std::size_t kSamples = 9;
  constexpr std::uint64_t kPosition = 1;
  constexpr std::int64_t kAhead = 1;
  constexpr std::size_t kFirst = kPosition + kAhead;
  const std::vector<std::uint32_t> indices = {0, 1, 8, 3, 3, 0, 7};
  const std::size_t rows = indices.size() - kFirst;
  RandomFloats random(6);
  const std::vector<float> features = random.any(kSamples * columns);
  const std::vector<float> targets = random.any(kSamples * target_columns);
  const std::vector<std::int32_t> labels = {10, 11, 12, 13, 14, 15, 16, 17, 18};

  const DeviceBuffer<std::uint32_t> order(indices);
  const DeviceBuffer<std::uint64_t> position(std::vector<std::uint64_t>{kPosition});
  const DeviceBuffer<float> all_features(features, 1);
  const DeviceBuffer<float> all_targets(targets, 3);
  const DeviceBuffer<std::int32_t> all_labels(labels, 2);
  DeviceBuffer<float> batch_features(rows * columns, 3);
  DeviceBuffer<float> batch_targets(rows * target_columns, 2);
  DeviceBuffer<std::int32_t> batch_labels(std::vector<std::int32_t>(rows, -1), 1);
  kernels::gather_rows(order.data(), position.data(), kAhead, signed_size(rows),
                       {all_features.data(), batch_features.data(), signed_size(columns)},
                       {labelled ? all_labels.data() : nullptr, batch_labels.data(), 1},
                       {target_columns > 0 ? all_targets.data() : nullptr, batch_targets.data(),
                        signed_size(target_columns)},
                       nullptr);

  std::vector<float> expected_features;
  std::vector<float> expected_targets;
  std::vector<std::int32_t> expected_labels;
  for (std::size_t r = 0; r < rows; ++r) {
    const std::size_t sample = indices[kFirst + r];
    for (std::size_t c = 0; c < columns; ++c) {
      expected_features.push_back(features[sample * columns + c]);
    }
    for (std::size_t c = 0; c < target_columns; ++c) {
      expected_targets.push_back(targets[sample * target_columns + c]);
    }
    expected_labels.push_back(labelled ? labels[sample] : -1);
  }
  EXPECT_TRUE(same_bits(batch_features.download(), expected_features));
  EXPECT_TRUE(same_bits(batch_targets.download(), expected_targets));
  EXPECT_EQ(batch_labels.download(), expected_labels);
}

TEST(NetworkGather, TakesRowsInTheirOrder) {
  on_every_order([] {
    for (const std::size_t columns : {0, 1, 5, 127, 128, 511, 512, 513, 1100}) {
      expect_gathered(columns, 0, true);
    }
    expect_gathered(12, 3, false);
    expect_gathered(12, 300, true);
  });
}

TEST(NetworkGather, NoRowsAreNoWork) {
  on_every_order([] {
    DeviceBuffer<float> batch(std::vector<float>{5.0f});
    kernels::gather_rows(nullptr, nullptr, 0, 0, {batch.data(), batch.data(), 1}, {}, {}, nullptr);
    EXPECT_TRUE(same_bits(batch.download(), {5.0f}));
  });
}

TEST(NetworkColumnSums, AreThoseInDouble) {
  on_every_order([] {
    for (const std::size_t rows : {0, 1, 15, 16, 17, 40}) {
      for (const std::size_t columns : {1, 10, 31, 32, 33, 70}) {
        SCOPED_TRACE(std::to_string(rows) + " x " + std::to_string(columns));
        RandomFloats random(7);
        std::vector<float> input = random.uniform(rows * columns);
        if (rows > 1) input[0] = 1e8f;  // in fp32 the others would be lost in it
        std::vector<float> expected(columns);
        for (std::size_t c = 0; c < columns; ++c) {
          double sum = 0.0;
          for (std::size_t r = 0; r < rows; ++r) sum += input[r * columns + c];
          expected[c] = static_cast<float>(sum);
        }
        const DeviceBuffer<float> values(input, rows % 4);
        DeviceBuffer<float> sums(columns, columns % 4);
        kernels::sum_columns(values.data(), signed_size(rows), signed_size(columns), sums.data(),
                             nullptr);
        EXPECT_TRUE(same_bits(sums.download(), expected));
      }
    }
  });
}

TEST(NetworkClock, CountsStepsAndRows) {
  on_every_order([] {
    constexpr std::uint64_t kLarge = (std::uint64_t{1} << 32) - 1;
    DeviceBuffer<std::uint64_t> clock(std::vector<std::uint64_t>{kLarge, kLarge});
    kernels::advance_clock(clock.data(), clock.data() + 1, 7, nullptr);
    EXPECT_EQ(clock.download(), (std::vector<std::uint64_t>{kLarge + 1, kLarge + 7}));
  });
}

}  // namespace
}  // namespace curb::testing
