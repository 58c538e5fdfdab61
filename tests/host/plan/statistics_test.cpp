// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a plan reports of its weights: exact zeros, and the penalty by its formula.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <curb/curb.hpp>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace curb::testing {
namespace {

using Floats = std::vector<float>;

/// Every third weight is zero, of either sign.
Floats sparse_floats(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> normal;
  Floats result(count);
  for (std::size_t i = 0; i < count; ++i) {
    const float value = normal(random);
    result[i] = i % 3 == 0 ? (i % 2 == 0 ? 0.0f : -0.0f) : value;
  }
  return result;
}

struct Shape {
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t padding;
  Incoming incoming;
};

/// By the formula, row by row.
double penalty(const Hyperparameters& h, const Shape& shape, const Floats& weights, bool rows) {
  const bool by_row = shape.incoming == Incoming::row;
  const std::int64_t vectors = by_row ? shape.rows : shape.columns;
  const std::int64_t length = by_row ? shape.columns : shape.rows;
  const std::int64_t stride = shape.columns + shape.padding;
  double sum = 0.0;
  for (std::int64_t v = 0; v < vectors; ++v) {
    double squares = 0.0;
    for (std::int64_t i = 0; i < length; ++i) {
      const std::int64_t at = by_row ? v * stride + i : i * stride + v;
      const double w = weights[static_cast<std::size_t>(at)];
      sum += static_cast<double>(h.l1) * std::fabs(w) + 0.5 * static_cast<double>(h.l2) * w * w;
      squares += w * w;
    }
    const double root = std::sqrt(static_cast<double>(length));
    if (rows) sum += static_cast<double>(h.group_lasso) * root * std::sqrt(squares);
  }
  return sum;
}

std::uint64_t zeros(const Shape& shape, const Floats& weights) {
  std::uint64_t count = 0;
  for (std::int64_t r = 0; r < shape.rows; ++r) {
    for (std::int64_t c = 0; c < shape.columns; ++c) {
      count += weights[static_cast<std::size_t>(r * (shape.columns + shape.padding) + c)] == 0.0f;
    }
  }
  return count;
}

Group penalised(bool rows) {
  Group group;
  group.name = "hidden";
  group.hyperparameters.l1 = 0.25f;
  group.hyperparameters.l2 = 0.5f;
  if (rows) group.hyperparameters.group_lasso = 0.125f;
  return group;
}

TEST(TensorStatistics, AreTheZerosAndThePenaltyOfEveryLayout) {
  for (const bool rows : {false, true}) {
    for (const Shape& shape :
         {Shape{1, 1, 0, Incoming::row}, Shape{7, 700, 0, Incoming::row},
          Shape{5, 33, 3, Incoming::row}, Shape{2, 9000, 1, Incoming::row},
          Shape{40, 19, 0, Incoming::column}, Shape{900, 21, 2, Incoming::column}}) {
      SCOPED_TRACE(std::to_string(shape.rows) + " x " + std::to_string(shape.columns));
      const auto size = static_cast<std::size_t>(shape.rows * (shape.columns + shape.padding));
      Floats weights = sparse_floats(size, 1);
      Tensor tensor = Tensor::matrix("w", weights.data(), shape.rows, shape.columns);
      tensor.leading_dimension = shape.columns + shape.padding;
      tensor.incoming = shape.incoming;
      const Group group = penalised(rows);
      PlanOptions options;
      options.statistics = true;
      Plan plan(Device::cpu(), {group}, {tensor}, options);
      EXPECT_EQ(plan.tensor_statistics()[0].zeros, 0U);
      plan.collect_statistics();
      const TensorStatistics found = plan.tensor_statistics()[0];
      EXPECT_EQ(found.zeros, zeros(shape, weights));
      const double expected = penalty(group.hyperparameters, shape, weights, rows);
      EXPECT_NEAR(found.penalty, expected, 1e-12 * expected);
    }
  }
}

TEST(TensorStatistics, FollowTheStoredFormTheStepAndTheHyperparameters) {
  Floats master = {0.0f, 1.0f, -2.0f, 1e-30f};
  std::vector<std::uint16_t> upper(4);
  std::vector<std::uint16_t> lower(4);
  std::vector<std::uint16_t> rounded(4);
  for (std::size_t i = 0; i < 4; ++i) {
    const rules::SplitFloat halves = rules::split(master[i]);
    upper[i] = halves.bfloat16;
    lower[i] = halves.remainder;
    rounded[i] = rules::to_bfloat16(master[i]);
  }
  Floats bias(4, 0.0f);
  std::vector<Tensor> tensors(4);
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    tensors[t] = Tensor::matrix("w" + std::to_string(t), nullptr, 1, 4);
  }
  tensors[0].parameter = master.data();
  tensors[1].storage = Storage::bfloat16_remainder;
  tensors[1].bfloat16 = upper.data();
  tensors[1].remainder = lower.data();
  tensors[2].storage = Storage::bfloat16_stochastic;
  tensors[2].bfloat16 = rounded.data();
  tensors[3].parameter = bias.data();
  tensors[3].regularised = false;
  PlanOptions options;
  options.statistics = true;
  Group group = penalised(false);
  Plan plan(Device::cpu(), {group}, tensors, options);
  plan.collect_statistics();
  const std::vector<TensorStatistics> found = plan.tensor_statistics();
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].zeros, 1U);
  EXPECT_DOUBLE_EQ(found[0].penalty, 0.25 * (3.0 + static_cast<double>(1e-30f)) + 0.25 * 5.0);
  EXPECT_EQ(found[1].zeros, 1U);
  EXPECT_EQ(found[1].penalty, found[0].penalty);
  EXPECT_EQ(found[2].zeros, 1U);
  EXPECT_DOUBLE_EQ(found[2].penalty, 0.75 + 1.25);
  EXPECT_EQ(found[3].zeros, 4U);
  EXPECT_EQ(found[3].penalty, 0.0);

  group.hyperparameters.l1 = 1.0f;
  group.hyperparameters.l2 = 0.0f;
  plan.set_hyperparameters(0, group.hyperparameters);
  const Floats gradient(4, 0.0f);
  plan.bind_gradients(std::vector<const void*>(4, gradient.data()));
  plan.step();  // a threshold of 0.01
  plan.collect_statistics();
  EXPECT_EQ(plan.tensor_statistics()[0].zeros, 2U);
  EXPECT_NEAR(plan.tensor_statistics()[0].penalty, 2.98, 1e-6);
}

TEST(TensorStatistics, CountRowsTensorByTensor) {
  Group group;
  group.hyperparameters.max_norm = 1.0f;
  Floats a = {3.0f, 4.0f, 0.1f, 0.2f};
  Floats b = {30.0f, 40.0f, std::numeric_limits<float>::quiet_NaN(), 1.0f, 6.0f, 8.0f};
  PlanOptions options;
  options.statistics = true;
  Plan plan(Device::cpu(), {group},
            {Tensor::matrix("a", a.data(), 2, 2), Tensor::matrix("b", b.data(), 3, 2),
             Tensor::matrix("none", nullptr, 0, 5)},
            options);
  const Floats gradient(6, 0.0f);
  plan.bind_gradients({gradient.data(), gradient.data(), nullptr});
  plan.step();
  const std::vector<TensorStatistics> found = plan.tensor_statistics();
  EXPECT_EQ(found[0].clamped_rows, 1U);
  EXPECT_EQ(found[0].non_finite_rows, 0U);
  EXPECT_EQ(found[1].clamped_rows, 2U);
  EXPECT_EQ(found[1].non_finite_rows, 1U);
  EXPECT_EQ(found[2].clamped_rows, 0U);
  EXPECT_EQ(plan.statistics().clamped_rows, 3U);
  EXPECT_EQ(plan.statistics().non_finite_rows, 1U);
}

TEST(TensorStatistics, AreRefusedWhereTheyWereNotAskedFor) {
  float w = 0.0f;
  Plan plan(Device::cpu(), {Group{}}, {Tensor::matrix("w", &w, 1, 1)});
  for (const bool collect : {true, false}) {
    try {
      if (collect) {
        plan.collect_statistics();
      } else {
        plan.tensor_statistics();
      }
      FAIL() << "not refused";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("PlanOptions::statistics"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace curb::testing
