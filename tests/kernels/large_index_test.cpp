// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Items of tensors that reach beyond element 2^32, of which only a few pages exist: the emulator's
// kernels address them as a GPU's would.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/update.hpp"
#include "tests/cases/sparse_memory.hpp"
#include "tests/kernels/combinations.hpp"
#include "tests/kernels/expect.hpp"
#include "tests/kernels/serial_step.hpp"
#include "tests/kernels/values.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

using kernels::Tier;
using kernels::WorkItem;

/// A momentum step of a stretched matrix: its arrays, and the kernels' tables for it.
class Stretched {
 public:
  Stretched(std::int64_t rows, std::int64_t columns, std::int64_t stride)
      : weight_(static_cast<std::size_t>(rows * stride)),
        gradient_(static_cast<std::size_t>(rows * stride)),
        velocity_(static_cast<std::size_t>(rows * stride)) {
    view_.weight = weight_.data();
    view_.state[0] = velocity_.data();
    view_.rows = rows;
    view_.columns = columns;
    view_.leading_dimension = stride;
  }

  void put(const std::vector<std::int64_t>& places, const HostTensor& values) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      const auto at = static_cast<std::size_t>(places[i]);
      weight_[at] = values.weight[i];
      gradient_[at] = values.gradient[i];
      velocity_[at] = values.state[0][i];
    }
  }

  HostTensor get(const std::vector<std::int64_t>& places, HostTensor values) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      const auto at = static_cast<std::size_t>(places[i]);
      values.weight[i] = weight_[at];
      values.gradient[i] = gradient_[at];
      values.state[0][i] = velocity_[at];
    }
    return values;
  }

  void step(bool mixed, Tier tier, const rules::Coefficients& c,
            const std::vector<WorkItem>& items) {
    const DeviceBuffer<kernels::TensorView> views({view_});
    const DeviceBuffer<const void*> gradients({gradient_.data()});
    const DeviceBuffer<rules::Coefficients> coefficients({c});
    const DeviceBuffer<WorkItem> device_items(items);
    kernels::launch_update(kernels::UpdateKind::momentum, mixed, tier,
                           {views.data(), gradients.data(), coefficients.data()},
                           device_items.data(), static_cast<std::uint32_t>(items.size()), nullptr,
                           nullptr);
    kernels::check(cudaDeviceSynchronize(), "waiting for the step");
  }

  std::vector<double> measure(const std::vector<WorkItem>& items) {
    const DeviceBuffer<kernels::TensorView> views({view_});
    const DeviceBuffer<const void*> gradients({gradient_.data()});
    const DeviceBuffer<kernels::GroupRecord> groups({kernels::GroupRecord{}});
    const DeviceBuffer<WorkItem> device_items(items);
    DeviceBuffer<double> partials(items.size());
    kernels::launch_measure_gradients({views.data(), gradients.data(), nullptr}, groups.data(),
                                      device_items.data(), static_cast<std::uint32_t>(items.size()),
                                      partials.data(), nullptr);
    return partials.download();
  }

 private:
  SparseMemory<float> weight_;
  SparseMemory<float> gradient_;
  SparseMemory<float> velocity_;
  kernels::TensorView view_{};
};

HostTensor random_values(std::int64_t rows, std::int64_t columns, RandomFloats& random) {
  HostTensor values = random_tensor(every_stage(OptimizerKind::momentum),
                                    static_cast<std::size_t>(rows * columns), random);
  values.rows = rows;
  values.columns = columns;
  values.leading_dimension = columns;
  values.mask.clear();
  values.weight = random.uniform(values.size());
  values.gradient = random.uniform(values.size());
  values.state[0] = random.uniform(values.size());
  return values;
}

rules::Coefficients coefficients(float max_norm) {
  Combination combination = every_stage(OptimizerKind::momentum);
  combination.h.max_norm = max_norm;
  return third_step(combination.modes, combination.h);
}

TEST(LargeIndices, OfRunsOfElements) {
  constexpr std::int64_t kElements = (std::int64_t{1} << 33) + 50;
  on_every_order([] {
    RandomFloats random(1);
    for (const bool mixed : {false, true}) {
      Stretched tensor(1, kElements, kElements);
      for (const std::int64_t first :
           {(std::int64_t{1} << 31) - 20, (std::int64_t{1} << 32) - 33, kElements - 47}) {
        SCOPED_TRACE("from " + std::to_string(first));
        std::vector<std::int64_t> places;
        for (std::int64_t i = 0; i < 47; ++i) places.push_back(first + i);
        HostTensor expected = random_values(1, 47, random);
        tensor.put(places, expected);
        const double norm = tensor.measure({{first, 47, 0}})[0];
        double squares = 0.0;
        for (const float g : expected.gradient) squares += static_cast<double>(g) * g;
        EXPECT_NEAR(norm, squares, 1e-12 * squares);
        const rules::Coefficients c = coefficients(rules::kInfinity);
        serial_elements(kernels::UpdateKind::momentum, c, expected, 0, 47);
        tensor.step(mixed, Tier::elements, c, {{first, 47, 0}});
        expect_same_arrays(tensor.get(places, expected), expected);
      }
    }
  });
}

struct Matrix {
  Tier tier;
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t stride;
};

TEST(LargeIndices, OfRowsAndColumns) {
  const Matrix matrices[] = {{Tier::warp_rows, 3, 100, (std::int64_t{1} << 31) + 4},
                             {Tier::block_rows_2, 3, 700, (std::int64_t{1} << 31) + 3},
                             {Tier::long_rows, 3, 9000, (std::int64_t{1} << 31) + 3},
                             {Tier::columns, 40, 9, (std::int64_t{1} << 27) + 1},
                             {Tier::long_columns, 600, 3, (std::int64_t{1} << 23) + 1}};
  on_every_order([&] {
    RandomFloats random(2);
    for (const Matrix& matrix : matrices) {
      const bool by_column = matrix.tier == Tier::columns || matrix.tier == Tier::long_columns;
      ASSERT_GT((matrix.rows - 1) * matrix.stride, std::int64_t{1} << 32);
      for (const bool mixed : {false, true}) {
        SCOPED_TRACE(std::string(kernels::tier_name(matrix.tier)) + (mixed ? ", mixed" : ""));
        Stretched tensor(matrix.rows, matrix.columns, matrix.stride);
        HostTensor expected = random_values(matrix.rows, matrix.columns, random);
        std::vector<std::int64_t> places;
        for (std::int64_t r = 0; r < matrix.rows; ++r) {
          for (std::int64_t i = 0; i < matrix.columns; ++i) {
            places.push_back(r * matrix.stride + i);
          }
        }
        tensor.put(places, expected);
        const rules::Coefficients c = coefficients(1.0f);
        const kernels::RowStatistics counted =
            serial_rows(kernels::UpdateKind::momentum, c, expected,
                        by_column ? kernels::Incoming::column : kernels::Incoming::row);
        EXPECT_GT(counted.clamped_rows, 0u);
        std::vector<WorkItem> items;
        const std::int64_t vectors = by_column ? matrix.columns : matrix.rows;
        const std::int64_t size = kernels::items_per_block(matrix.tier);
        for (std::int64_t first = 0; first < vectors; first += size) {
          items.push_back({first, static_cast<std::int32_t>(std::min(size, vectors - first)), 0});
        }
        tensor.step(mixed, matrix.tier, c, items);
        expect_same_arrays(tensor.get(places, expected), expected);
      }
    }
  });
}

}  // namespace
}  // namespace curb::testing
