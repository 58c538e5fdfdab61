// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The pass over the gradients and the prologue that judges them, against the canonical sum on the
// host, bit for bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <curb/rules/global_norm.hpp>
#include <memory>
#include <string>
#include <vector>

#include "kernels/update.hpp"
#include "tests/kernels/device_step.hpp"
#include "tests/kernels/expect.hpp"
#include "tests/kernels/serial_step.hpp"
#include "tests/kernels/values.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

using kernels::GroupRecord;
using rules::DataType;

constexpr float kScale = 0.3f;

/// The sum of the squares of elements [first, first + count), times the square of the scale.
double expected_partial(const std::vector<float>& gradient, const std::vector<std::uint8_t>& mask,
                        const kernels::WorkItem& item) {
  std::vector<double> squares;
  for (std::int64_t i = 0; i < item.count; ++i) {
    const auto at = static_cast<std::size_t>(item.first + i);
    const double g = mask.empty() || mask[at] != 0 ? static_cast<double>(gradient[at]) : 0.0;
    squares.push_back(g * g);
  }
  const double scale = kScale;
  return scale * scale * serial_sum(squares);
}

void expect_measured(DataType type, std::size_t n, std::size_t offset, bool masked,
                     RandomFloats& random) {
  std::vector<float> gradient = random.uniform(n, 100.0f);
  std::vector<std::uint16_t> narrow;
  for (float& g : gradient) {
    if (type == DataType::float32) continue;
    narrow.push_back(static_cast<std::uint16_t>(bits_of(g) >> 16));
    g = rules::from_16_bits(type, narrow.back());
  }
  const std::vector<std::uint8_t> mask = masked ? random.mask(n) : std::vector<std::uint8_t>{};
  const DeviceBuffer<float> wide_gradient(
      type == DataType::float32 ? gradient : std::vector<float>{}, offset);
  const DeviceBuffer<std::uint16_t> narrow_gradient(narrow, offset);
  const DeviceBuffer<std::uint8_t> device_mask(mask, offset);
  kernels::TensorView view{};
  view.mask = masked ? device_mask.data() : nullptr;
  view.gradient_type = type;
  view.coefficients = kernels::coefficients_index(1, false);
  std::vector<GroupRecord> records(2);
  records[1].hyperparameters.gradient_scale = kScale;
  const DeviceBuffer<GroupRecord> groups(records);
  const void* address = narrow_gradient.data();
  if (type == DataType::float32) address = wide_gradient.data();
  const DeviceBuffer<kernels::TensorView> views({view});
  const DeviceBuffer<const void*> gradients({address});
  const std::vector<kernels::WorkItem> items =
      cut_into_items(kernels::Tier::elements, static_cast<std::int64_t>(n));
  const DeviceBuffer<kernels::WorkItem> device_items(items);
  DeviceBuffer<double> partials(items.size());
  kernels::launch_measure_gradients({views.data(), gradients.data(), nullptr}, groups.data(),
                                    device_items.data(), static_cast<std::uint32_t>(items.size()),
                                    partials.data(), nullptr);
  std::vector<double> expected;
  for (const kernels::WorkItem& item : items) {
    expected.push_back(expected_partial(gradient, mask, item));
  }
  EXPECT_EQ(partials.download(), expected);
}

TEST(MeasureGradients, EqualsTheCanonicalSumOfEveryRun) {
  on_every_order([] {
    RandomFloats random(1);
    for (const DataType type : {DataType::float32, DataType::bfloat16, DataType::float16}) {
      for (const std::size_t n : {0, 1, 3, 4, 127, 128, 129, 512, 513, 4095, 4096, 4097, 9001}) {
        for (const std::size_t offset : {0, 1, 4}) {
          SCOPED_TRACE("type " + std::to_string(static_cast<int>(type)) + ", " + std::to_string(n) +
                       " elements at offset " + std::to_string(offset));
          expect_measured(type, n, offset, n % 2 == 1, random);
        }
      }
    }
  });
}

rules::Coefficients expected_coefficients(GroupRecord& group,
                                          const rules::GradientVerdict& verdict) {
  return rules::with_gradient_factor(
      rules::advance(group.modes, group.hyperparameters, group.state), verdict.factor);
}

TEST(GuardedPrologue, EqualsTheRulesForAnyNumberOfPartialsAndGroups) {
  on_every_order([] {
    RandomFloats random(2);
    for (const std::size_t partial_count : {0, 1, 511, 513, 8192, 8193, 20'000}) {
      for (const std::size_t group_count : {1, 3, 700}) {
        SCOPED_TRACE(std::to_string(partial_count) + " partials, " + std::to_string(group_count) +
                     " groups");
        std::vector<double> partials(partial_count);
        for (double& partial : partials) partial = std::fabs(random.uniform());
        std::vector<GroupRecord> expected(group_count);
        for (GroupRecord& group : expected) {
          group.modes.optimizer = rules::OptimizerKind::momentum;
          group.hyperparameters.l1 = std::fabs(random.uniform());
        }
        DeviceBuffer<GroupRecord> groups(expected);
        DeviceBuffer<rules::Coefficients> coefficients(2 * group_count);
        DeviceBuffer<kernels::StepReport> report({kernels::StepReport{}});
        const float loss_scale = 8.0f;
        const DeviceBuffer<float> device_loss_scale(std::vector<float>{loss_scale});
        unsigned long long skipped = 0;
        for (const float found : {0.0f, 1.0f, 0.0f}) {
          const DeviceBuffer<float> device_found(std::vector<float>{found});
          const kernels::GradientGuard guard{
              {0.5f, true}, device_loss_scale.data(), device_found.data()};
          const DeviceBuffer<double> device_partials(partials);
          kernels::launch_guarded_prologue(groups.data(), static_cast<std::uint32_t>(group_count),
                                           coefficients.data(), device_partials.data(),
                                           static_cast<std::uint32_t>(partial_count), guard,
                                           report.data(), nullptr);
          const rules::GradientVerdict verdict =
              rules::judge_gradient(guard.limits, serial_sum(partials), loss_scale, found);
          ASSERT_EQ(verdict.skip, found != 0.0f);
          skipped += verdict.skip ? 1 : 0;
          const kernels::StepReport told = report.download().front();
          EXPECT_EQ(told.skipped_steps, skipped);
          EXPECT_EQ(told.gradient_norm, verdict.norm);
          EXPECT_EQ(told.found_inf, found);
          const std::vector<rules::Coefficients> actual = coefficients.download();
          for (std::size_t g = 0; g < group_count; ++g) {
            EXPECT_EQ(actual[2 * g].skip, verdict.skip);
            EXPECT_EQ(actual[2 * g + 1].skip, verdict.skip);
            if (verdict.skip) continue;
            const rules::Coefficients c = expected_coefficients(expected[g], verdict);
            EXPECT_EQ(actual[2 * g].gradient_scale, c.gradient_scale);
            EXPECT_EQ(actual[2 * g + 1].gradient_scale, c.gradient_scale);
            EXPECT_EQ(actual[2 * g].l1, c.l1);
            EXPECT_EQ(actual[2 * g + 1].l1, 0.0f);
          }
        }
        const std::vector<GroupRecord> after = groups.download();
        for (std::size_t g = 0; g < group_count; ++g) {
          expect_same_state(after[g].state, expected[g].state);
        }
        if (::testing::Test::HasFailure()) return;
      }
    }
  });
}

}  // namespace
}  // namespace curb::testing
