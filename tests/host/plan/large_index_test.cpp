// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Tensors that reach beyond element 2^32, of which only a few pages exist; and the tables of
// tensors that no memory here would hold.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <curb/curb.hpp>
#include <vector>

#include "host/plan/layout.hpp"
#include "host/plan/statistics_layout.hpp"
#include "tests/cases/sparse_memory.hpp"
#include "tests/host/plan/tensor_run.hpp"
#include "tests/rules/float_bits.hpp"
#include "tests/rules/optimizer_kinds.hpp"

namespace curb::testing {
namespace {

using kernels::Tier;

std::int32_t kernel_item_size(Tier tier) { return kernels::items_per_block(tier); }

plan::Layout layout_of(const Group& group, std::int64_t rows, std::int64_t columns,
                       std::int64_t leading_dimension, const PlanOptions& options) {
  static float anywhere = 0.0f;
  Tensor tensor = Tensor::matrix("w", &anywhere, rows, columns);
  tensor.leading_dimension = leading_dimension;
  return plan::make_layout({group}, {tensor}, options, kernel_item_size);
}

// One after the other, and nothing left over.
TEST(LargeTensors, AreCutWithoutGaps) {
  constexpr std::int64_t kElements = (std::int64_t{1} << 33) + 37;
  PlanOptions options;
  options.clip_norm = 1.0f;
  options.statistics = true;
  const plan::Layout layout = layout_of(Group{}, 1, kElements, 0, options);
  for (const auto* items : {&layout.items, &layout.gradient_items}) {
    std::int64_t next = 0;
    for (const kernels::WorkItem& item : *items) {
      ASSERT_EQ(item.first, next);
      ASSERT_GT(item.count, 0);
      next += item.count;
    }
    EXPECT_EQ(next, kElements);
  }
  std::int64_t next = 0;
  std::uint32_t partial = 0;
  for (const kernels::StatisticsItem& item : plan::make_statistics_layout(layout).rows) {
    ASSERT_EQ(item.first, next);
    ASSERT_EQ(item.partial, partial++);
    next += item.length;
  }
  EXPECT_EQ(next, kElements);
}

TEST(LargeTensors, OfPaddedRowsBeginEachRowWhereItLies) {
  constexpr std::int64_t kStride = (std::int64_t{1} << 31) + 4;
  const plan::Layout layout = layout_of(Group{}, 5, 100, kStride, {});
  ASSERT_EQ(layout.items.size(), 5U);
  for (std::int64_t r = 0; r < 5; ++r) {
    EXPECT_EQ(layout.items[static_cast<std::size_t>(r)].first, r * kStride);
  }
}

struct Stretched {
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t stride;
  Incoming incoming;
};

// The same numbers far apart and side by side: the same bits.
TEST(LargeTensors, GiveTheBitsOfSmallOnes) {
  for (const Stretched& shape : {Stretched{3, 100, (std::int64_t{1} << 31) + 3, Incoming::row},
                                 Stretched{40, 9, (std::int64_t{1} << 27) + 1, Incoming::column}}) {
    for (const bool rows : {false, true}) {
      for (const OptimizerKind kind : {OptimizerKind::momentum, OptimizerKind::adam}) {
        Group group;
        group.modes.optimizer = kind;
        group.hyperparameters.l1 = 0.1f;
        if (rows) group.hyperparameters.max_norm = 0.25f;
        const auto size = static_cast<std::size_t>(shape.rows * shape.columns);
        std::vector<float> weights(size);
        std::vector<float> gradient(size);
        for (std::size_t i = 0; i < size; ++i) {
          weights[i] = 0.01f * static_cast<float>(i % 37) - 0.2f;
          gradient[i] = 0.1f * static_cast<float>(i % 11) - 0.4f;
        }
        TensorOptions options;
        options.incoming = shape.incoming;
        TensorRun small(group, shape.rows, shape.columns, weights, options);

        const auto extent = static_cast<std::size_t>(shape.rows * shape.stride);
        ASSERT_GT(extent, std::size_t{1} << 32);
        SparseMemory<float> parameter(extent);
        SparseMemory<float> far_gradient(extent);
        SparseMemory<float> first(extent);
        SparseMemory<float> second(extent);
        const auto place = [&](std::size_t i) {
          const auto columns = static_cast<std::size_t>(shape.columns);
          return i / columns * static_cast<std::size_t>(shape.stride) + i % columns;
        };
        for (std::size_t i = 0; i < size; ++i) {
          parameter[place(i)] = weights[i];
          far_gradient[place(i)] = gradient[i];
        }
        Tensor tensor = Tensor::matrix("w", parameter.data(), shape.rows, shape.columns);
        tensor.leading_dimension = shape.stride;
        tensor.incoming = shape.incoming;
        tensor.state[0] = first.data();
        tensor.state[1] = second.data();
        PlanOptions guarded;
        guarded.skip_non_finite = true;
        guarded.statistics = true;
        Plan plan(Device::cpu(1), {group}, {tensor}, guarded);
        plan.bind_gradients({far_gradient.data()});
        for (int step = 0; step < 3; ++step) {
          plan.step();
          small.step(gradient);
        }
        for (std::size_t i = 0; i < size; ++i) {
          ASSERT_EQ(bits(parameter[place(i)]), bits(small.weights()[i])) << i;
          ASSERT_EQ(bits(first[place(i)]), bits(small.state(0)[i])) << i;
        }
        EXPECT_EQ(plan.statistics().clamped_rows, small.plan().statistics().clamped_rows);
        EXPECT_EQ(plan.statistics().clamped_rows > 0, rows);
        plan.collect_statistics();
        EXPECT_LT(plan.tensor_statistics()[0].zeros, size);
      }
    }
  }
}

}  // namespace
}  // namespace curb::testing
