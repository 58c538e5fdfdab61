// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Max-norm on its own against the serial row rules, bit for bit.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/operations.hpp"
#include "tests/kernels/row_cases.hpp"
#include "tests/kernels/serial_step.hpp"
#include "tests/kernels/values.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

using kernels::Incoming;
using kernels::RowStatistics;

/// Every bit, those of NaN included: what must not be written at all.
::testing::AssertionResult same_memory(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return ::testing::AssertionFailure() << "sizes differ";
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (bits_of(a[i]) != bits_of(b[i])) {
      return ::testing::AssertionFailure() << "element " << i << " is " << describe_float(a[i])
                                           << ", not " << describe_float(b[i]);
    }
  }
  return ::testing::AssertionSuccess();
}

RowStatistics clamp(HostTensor& tensor, Incoming incoming, float max_norm, std::size_t offset) {
  DeviceBuffer<float> weight(tensor.weight, offset);
  DeviceBuffer<RowStatistics> statistics({RowStatistics{}});
  kernels::max_norm_clamp(weight.data(), tensor.rows, tensor.columns, tensor.leading_dimension,
                          incoming, max_norm, statistics.data(), nullptr);
  tensor.weight = weight.download();
  return statistics.download().front();
}

void expect_clamp_equals_rules(Incoming incoming) {
  const RowCase no_state{};
  constexpr std::int64_t kCount = 9;  // every kind of row, and more than one block
  on_every_order([&] {
    RandomFloats random(1);
    for (const std::int64_t length : row_lengths()) {
      for (const RowLayout& layout : row_layouts()) {
        if (layout.offsets.weight == 0 && layout.offsets.gradient + layout.offsets.mask > 0)
          continue;
        SCOPED_TRACE("length " + std::to_string(length) + ", " + layout.name);
        HostTensor actual = make_rows(no_state, incoming, length, kCount, layout.padding, random);
        actual.weight[incoming_elements(actual, incoming, 2).front()] = float_of(0xffc12345u);
        HostTensor expected = actual;
        const RowStatistics wanted = serial_clamp(expected, incoming, 1.0f);
        const RowStatistics counted = clamp(actual, incoming, 1.0f, layout.offsets.weight);
        EXPECT_TRUE(same_memory(actual.weight, expected.weight));
        EXPECT_EQ(counted.clamped_rows, wanted.clamped_rows);
        EXPECT_EQ(counted.non_finite_rows, wanted.non_finite_rows);
        EXPECT_GE(wanted.clamped_rows, 1u);
        EXPECT_EQ(wanted.non_finite_rows, 2u);

        clamp(actual, incoming, 1.0f, layout.offsets.weight);
        EXPECT_TRUE(same_memory(actual.weight, expected.weight)) << "clamped twice";
        if (::testing::Test::HasFailure()) return;
      }
    }
  });
}

TEST(MaxNormClamp, OfRowsEqualsTheRules) { expect_clamp_equals_rules(Incoming::row); }
TEST(MaxNormClamp, OfColumnsEqualsTheRules) { expect_clamp_equals_rules(Incoming::column); }

TEST(MaxNormClamp, ScalesToTheRadiusAndNeedsNoStatistics) {
  on_every_order([] {
    DeviceBuffer<float> weight({3.0f, 4.0f, 0.6f, 0.8f});
    kernels::max_norm_clamp(weight.data(), 2, 2, 2, Incoming::row, 2.5f, nullptr, nullptr);
    const std::vector<float> rows = weight.download();
    EXPECT_FLOAT_EQ(rows[0], 1.5f);
    EXPECT_FLOAT_EQ(rows[1], 2.0f);
    EXPECT_EQ(rows[2], 0.6f);
    EXPECT_EQ(rows[3], 0.8f);
    DeviceBuffer<float> columns({3.0f, 0.6f, 4.0f, 0.8f});
    kernels::max_norm_clamp(columns.data(), 2, 2, 2, Incoming::column, 2.5f, nullptr, nullptr);
    EXPECT_EQ(columns.download(), (std::vector<float>{rows[0], 0.6f, rows[1], 0.8f}));
  });
}

TEST(MaxNormClamp, OfAnEmptyMatrixOrAnInfiniteRadiusChangesNothing) {
  on_every_order([] {
    DeviceBuffer<float> weight(std::vector<float>{3.0f, 4.0f});
    kernels::max_norm_clamp(weight.data(), 0, 2, 2, Incoming::column, 1.0f, nullptr, nullptr);
    kernels::max_norm_clamp(weight.data(), 2, 0, 0, Incoming::row, 1.0f, nullptr, nullptr);
    kernels::max_norm_clamp(weight.data(), 1, 2, 2, Incoming::row,
                            std::numeric_limits<float>::infinity(), nullptr, nullptr);
    EXPECT_EQ(weight.download(), (std::vector<float>{3.0f, 4.0f}));
  });
}

TEST(MaxNormClamp, RefusesWhatItDocuments) {
  const auto clamped = [](std::int64_t rows, std::int64_t columns, std::int64_t leading_dimension,
                          float max_norm) {
    kernels::max_norm_clamp(nullptr, rows, columns, leading_dimension, Incoming::row, max_norm,
                            nullptr, nullptr);
  };
  const std::int64_t too_many = std::int64_t{1} << 31;
  EXPECT_THROW(clamped(-1, 0, 0, 1.0f), std::invalid_argument);
  EXPECT_THROW(clamped(0, -1, 0, 1.0f), std::invalid_argument);
  EXPECT_THROW(clamped(0, 3, 2, 1.0f), std::invalid_argument);
  EXPECT_THROW(clamped(0, 3, 3, 0.0f), std::invalid_argument);
  EXPECT_THROW(clamped(0, 3, 3, std::numeric_limits<float>::quiet_NaN()), std::invalid_argument);
  EXPECT_THROW(clamped(too_many, 0, 0, 1.0f), std::invalid_argument);
}

}  // namespace
}  // namespace curb::testing
