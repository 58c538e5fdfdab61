// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The row stages: group shrinkage, proximal l2 beside it and max-norm, in the Euclidean metric
// (a rescaling) and in a diagonal one (a root), against closed forms and the double reference.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <curb/rules/row_step.hpp>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "tests/reference/matrix.hpp"
#include "tests/reference/reference.hpp"
#include "tests/rules/float_bits.hpp"
#include "tests/rules/from_reference.hpp"

namespace curb::testing {
namespace {

using Floats = std::vector<float>;
using Vector = std::vector<double>;
using rules::Element;
using rules::RowOutcome;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = rules::kInfinity;

// The Row that the rules ask for, over elements in memory.
class VectorRow {
 public:
  VectorRow(const Floats& weights, const Floats& denominators) {
    for (std::size_t i = 0; i < weights.size(); ++i) {
      elements_.push_back({weights[i], denominators[i]});
    }
  }
  explicit VectorRow(const Floats& weights) : VectorRow(weights, Floats(weights.size(), 1.0f)) {}

  std::int64_t length() const { return static_cast<std::int64_t>(elements_.size()); }

  template <class Term>
  double sum(const Term& term) const {
    return rules::canonical_row_sum(length(), [&](std::int64_t i) {
      const Element& e = elements_[static_cast<std::size_t>(i)];
      return term(e.weight, e.denominator);
    });
  }

  bool any(bool condition) const { return condition; }

  Floats finished(const RowOutcome& outcome) const {
    Floats result;
    for (const Element& e : elements_) result.push_back(rules::finish_row_element(outcome, e));
    return result;
  }

 private:
  std::vector<Element> elements_;
};

struct Solved {
  Floats row;
  RowOutcome outcome;
};

Solved solve_euclidean(const rules::Coefficients& c, const Floats& weights) {
  VectorRow row(weights);
  const RowOutcome outcome = rules::solve_euclidean_row(c, row.length(), row);
  return {row.finished(outcome), outcome};
}

Solved solve_metric(const rules::Coefficients& c, const Floats& weights,
                    const Floats& denominators) {
  VectorRow row(weights, denominators);
  const RowOutcome outcome = rules::solve_metric_row(c, row.length(), row);
  return {row.finished(outcome), outcome};
}

rules::Coefficients ball(float radius) {
  rules::Coefficients c;
  c.max_norm = radius;
  return c;
}

// Coefficients under which the group threshold of a row of this length is `threshold`.
rules::Coefficients group(float threshold, std::size_t row_length) {
  rules::Coefficients c;
  c.learning_rate = 1.0f;
  c.group_lasso = threshold / std::sqrt(static_cast<float>(row_length));
  return c;
}

Vector widened(const Floats& values) { return {values.begin(), values.end()}; }

void expect_near(const Floats& row, const Vector& expected, double relative, double absolute) {
  ASSERT_EQ(row.size(), expected.size());
  for (std::size_t i = 0; i < row.size(); ++i) {
    EXPECT_NEAR(row[i], expected[i], relative * std::abs(expected[i]) + absolute) << "weight " << i;
  }
}

TEST(MaxNorm, BringsTheRowOntoTheSphere) {
  const Solved solved = solve_euclidean(ball(2.0f), {3.0f, 4.0f});
  expect_near(solved.row, {1.2, 1.6}, 4e-7, 0.0);
  EXPECT_LE(norm(widened(solved.row)), 2.0);
  EXPECT_TRUE(solved.outcome.clamped);
}

TEST(MaxNorm, LeavesARowInsideOrOnTheSphereBitForBit) {
  for (const float radius : {0.51f, 2.0f, kInfinity}) {
    const Floats row{0.3f, 0.4f};
    const Solved solved = solve_euclidean(ball(radius), row);
    EXPECT_EQ(bits(solved.row), bits(row));
    EXPECT_FALSE(solved.outcome.clamped);
  }
  const Floats on_sphere{3.0f, -4.0f};
  EXPECT_EQ(bits(solve_euclidean(ball(5.0f), on_sphere).row), bits(on_sphere));
}

TEST(MaxNorm, LeavesAZeroRowZero) {
  const Floats zeros(7, 0.0f);
  EXPECT_EQ(bits(solve_euclidean(ball(1e-20f), zeros).row), bits(zeros));
  EXPECT_EQ(bits(solve_metric(ball(1e-20f), zeros, Floats(7, 1.0f)).row), bits(zeros));
}

// In double no square of a float overflows or underflows.
TEST(MaxNorm, HoldsAtTheEndsOfTheRange) {
  const Floats large(1000, 3e38f);
  EXPECT_NEAR(norm(widened(solve_euclidean(ball(1e30f), large).row)), 1e30, 1e24);
  const Floats small(4, 3e-30f);
  EXPECT_NEAR(norm(widened(solve_euclidean(ball(1e-30f), small).row)), 1e-30, 1e-36);
}

// In exact arithmetic: norm and factor are wider than the product is long.
TEST(ClampFactor, LeadsInsideTheBallAndNoFurther) {
  std::mt19937_64 random(12);
  std::uniform_real_distribution<double> exponent(-60.0, 60.0);
  for (int i = 0; i < 100'000; ++i) {
    const double c = std::exp2(exponent(random));
    const double length = c * std::exp2(std::abs(exponent(random)) / 2.0);
    const long double clamped = static_cast<long double>(rules::clamp_factor(length, c)) * length;
    ASSERT_LE(clamped, static_cast<long double>(c) * (1.0L - 0x1p-23L + 0x1p-51L));
    ASSERT_GE(clamped, static_cast<long double>(c) * (1.0L - 0x1p-21L));
  }
}

TEST(Group, ShrinksTheLengthOfTheRow) {
  expect_near(solve_euclidean(group(1.0f, 2), {3.0f, 4.0f}).row, {2.4, 3.2}, 2e-7, 0.0);
}

TEST(Group, AfterTheSoftThresholdIsTheSparseGroup) {
  Floats row{3.0f, -0.1f, 4.0f};
  for (float& w : row) w = rules::soft_threshold(w, 0.5f);
  const Floats shrunk = solve_euclidean(group(1.0f, 3), row).row;
  expect_near(shrunk, {1.918762, 0.0, 2.686266}, 4e-7, 0.0);
  EXPECT_EQ(bits(shrunk[1]), 0U);
}

// Four weights, so that the threshold is exact: at 5 the row is as long as its threshold.
TEST(Group, TakesARowNoLongerThanItsThresholdToZero) {
  const Floats ones(4, 1.0f);
  const Floats zeros(4, 0.0f);
  for (const float threshold : {5.0f, 6.0f}) {
    for (const Floats& row : {Floats{3.0f, 0.0f, 4.0f, 0.0f}, zeros}) {
      EXPECT_EQ(bits(solve_euclidean(group(threshold, 4), row).row), bits(zeros));
      EXPECT_EQ(bits(solve_metric(group(threshold, 4), row, ones).row), bits(zeros));
    }
  }
}

// Group, l2 and ball in one factor.
TEST(EuclideanRow, IsTheReferenceInEveryCombination) {
  std::mt19937_64 random(13);
  const auto uniform = [&random](double low, double high) {
    return as_float(std::uniform_real_distribution<double>(low, high)(random));
  };
  std::size_t clamped = 0;
  std::size_t zero = 0;
  for (int problem = 0; problem < 2000; ++problem) {
    SCOPED_TRACE("problem " + std::to_string(problem));
    const std::size_t size = 1 + random() % 40;
    const double rate = uniform(0.01, 1.0);
    Coefficients reference;
    reference.l2 = random() % 2 == 0 ? uniform(0.0, 3.0) : 0.0;
    reference.group = random() % 2 == 0 ? uniform(0.0, 2.0) : 0.0;
    const double radius = random() % 2 == 0 ? uniform(0.1, 4.0) : HUGE_VAL;
    rules::Coefficients c;
    c.learning_rate = static_cast<float>(rate);
    c.group_lasso = static_cast<float>(reference.group);
    c.l2_shrink = static_cast<float>(1.0 / (1.0 + rate * reference.l2));
    c.max_norm = static_cast<float>(radius);
    Vector expected(size);
    for (double& w : expected) w = uniform(-1.0, 1.0);
    const Floats start(expected.begin(), expected.end());
    const StepReport report = proximal_step(reference, radius, Modes{}, neurons_in_rows(1, size),
                                            Vector(size, rate), expected);
    const Solved solved = solve_euclidean(c, start);
    expect_near(solved.row, expected, 0x1p-21, 0.0);
    EXPECT_EQ(solved.outcome.clamped, report.clamped_rows == 1);
    if (HasFailure()) return;
    clamped += report.clamped_rows;
    zero += norm(expected) == 0.0;
  }
  EXPECT_GE(clamped, 200U);
  EXPECT_GE(zero, 20U);
}

TEST(EuclideanRow, ThatIsNotFiniteIsLeftToTheProximalL2Alone) {
  for (const float bad : {kNan, kInfinity, -kInfinity}) {
    rules::Coefficients c = group(100.0f, 3);
    c.max_norm = 0.5f;
    c.l2_shrink = 0.5f;
    const Solved solved = solve_euclidean(c, {1.0f, bad, 2.0f});
    EXPECT_TRUE(solved.outcome.non_finite);
    EXPECT_FALSE(solved.outcome.clamped);
    EXPECT_EQ(solved.row[0], 0.5f);
    EXPECT_EQ(solved.row[2], 1.0f);
    EXPECT_FALSE(std::isfinite(solved.row[1]));
  }
}

struct MetricProblem {
  Floats weights;
  Floats denominators;
  rules::Coefficients c;
  Vector expected;
  std::size_t clamped = 0;
};

// The metric spans up to ten orders of magnitude, as under Adam where some weights have hardly had
// a gradient.
MetricProblem metric_problem(bool with_group, float radius, rules::MaxNormMode mode,
                             std::mt19937_64& random) {
  const auto uniform = [&random](double low, double high) {
    return as_float(std::uniform_real_distribution<double>(low, high)(random));
  };
  const std::size_t size = 1 + random() % 40;
  const double spread = uniform(0.0, 5.0);
  const double rate = uniform(0.01, 1.0);
  MetricProblem problem;
  Vector step_length;
  for (std::size_t i = 0; i < size; ++i) {
    const double denominator = as_float(std::pow(10.0, uniform(-spread, spread)));
    problem.weights.push_back(static_cast<float>(uniform(-1.0, 1.0)));
    problem.denominators.push_back(static_cast<float>(denominator));
    step_length.push_back(rate / denominator);
  }
  Coefficients reference;
  if (with_group) reference.group = as_float(std::pow(10.0, uniform(-4.0, 1.0)));
  problem.c.learning_rate = static_cast<float>(rate);
  problem.c.group_lasso = static_cast<float>(reference.group);
  problem.c.max_norm = radius;
  problem.c.max_norm_exact = mode == rules::MaxNormMode::exact;
  Modes modes;
  modes.optimizer = Optimizer::adam;
  modes.max_norm = mode == rules::MaxNormMode::exact ? MaxNormMode::exact : MaxNormMode::radial;
  problem.expected = widened(problem.weights);
  // The exact projection is on the ball less the margin that keeps the stored row inside.
  const double margin = problem.c.max_norm_exact ? rules::kInside : 1.0;
  problem.clamped = proximal_step(reference, static_cast<double>(radius) * margin, modes,
                                  neurons_in_rows(1, size), step_length, problem.expected)
                        .clamped_rows;
  return problem;
}

struct MetricCase {
  const char* name;
  bool with_group;
  float radius;
  rules::MaxNormMode mode;
};

class MetricRow : public ::testing::TestWithParam<MetricCase> {};

TEST_P(MetricRow, IsTheReference) {
  const MetricCase& parameter = GetParam();
  std::mt19937_64 random(14);
  std::size_t clamped = 0;
  std::size_t zero = 0;
  for (int index = 0; index < 2000; ++index) {
    SCOPED_TRACE("problem " + std::to_string(index));
    const MetricProblem problem =
        metric_problem(parameter.with_group, parameter.radius, parameter.mode, random);
    const Solved solved = solve_metric(problem.c, problem.weights, problem.denominators);
    expect_near(solved.row, problem.expected, 0x1p-21, 1e-9);
    EXPECT_EQ(solved.outcome.clamped, problem.clamped == 1);
    EXPECT_LE(norm(widened(solved.row)), static_cast<double>(parameter.radius));
    if (HasFailure()) return;
    clamped += problem.clamped;
    zero += norm(problem.expected) == 0.0;
  }
  // The problems must reach every branch, or their agreement says little.
  EXPECT_GE(clamped, parameter.radius < kInfinity ? 200U : 0U);
  EXPECT_GE(zero, parameter.with_group ? 100U : 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Stages, MetricRow,
    ::testing::Values(MetricCase{"group", true, kInfinity, rules::MaxNormMode::radial},
                      MetricCase{"ball_radial", false, 0.7f, rules::MaxNormMode::radial},
                      MetricCase{"ball_exact", false, 0.7f, rules::MaxNormMode::exact},
                      MetricCase{"group_and_ball_radial", true, 0.7f, rules::MaxNormMode::radial},
                      MetricCase{"group_and_ball_exact", true, 0.7f, rules::MaxNormMode::exact}),
    [](const ::testing::TestParamInfo<MetricCase>& c) { return c.param.name; });

// With equal denominators the metric is the Euclidean one.
TEST(MetricRows, WithEqualDenominatorsAreRescaled) {
  rules::Coefficients c = group(1.0f, 2);
  expect_near(solve_metric(c, {3.0f, 4.0f}, {1.0f, 1.0f}).row, {2.4, 3.2}, 2e-7, 0.0);
  c = ball(2.0f);
  c.max_norm_exact = true;
  expect_near(solve_metric(c, {3.0f, 4.0f}, {0.1f, 0.1f}).row, {1.2, 1.6}, 4e-7, 0.0);
}

// The learning rate is no part of the ball's metric, so that none is no special case.
TEST(MetricRows, ProjectionNeedsNoLearningRate) {
  rules::Coefficients c = ball(2.0f);
  c.max_norm_exact = true;
  c.learning_rate = 0.1f;
  const Solved with_rate = solve_metric(c, {3.0f, 4.0f}, {0.1f, 2.0f});
  c.learning_rate = 0.0f;
  const Solved without = solve_metric(c, {3.0f, 4.0f}, {0.1f, 2.0f});
  EXPECT_EQ(bits(without.row), bits(with_rate.row));
  EXPECT_TRUE(without.outcome.clamped);
}

TEST(MetricRows, ProjectedTwiceChangeNoBit) {
  std::mt19937_64 random(15);
  for (int index = 0; index < 1000; ++index) {
    const MetricProblem problem = metric_problem(false, 0.7f, rules::MaxNormMode::exact, random);
    const Floats once = solve_metric(problem.c, problem.weights, problem.denominators).row;
    const Solved twice = solve_metric(problem.c, once, problem.denominators);
    ASSERT_EQ(bits(twice.row), bits(once));
    ASSERT_FALSE(twice.outcome.clamped);
  }
}

TEST(MetricRows, ThatAreNotFiniteAreLeftAsTheyAre) {
  for (const float bad : {kNan, kInfinity, -kInfinity}) {
    rules::Coefficients c = group(100.0f, 3);
    c.max_norm = 0.5f;
    c.max_norm_exact = true;
    const Floats row{1.0f, bad, 2.0f};
    const Solved solved = solve_metric(c, row, {1.0f, 0.5f, 2.0f});
    EXPECT_TRUE(solved.outcome.non_finite);
    EXPECT_FALSE(solved.outcome.clamped);
    EXPECT_EQ(bits(solved.row), bits(row));
  }
}

// A proximal l2 and the metric add up to one quadratic: (D + l2) about z D / (D + l2).
TEST(RowElement, JoinsTheProximalL2ToTheMetric) {
  rules::Coefficients c;
  c.learning_rate = 0.25f;
  c.l2 = 2.0f;
  c.l2_shrink = 0.5f;
  const Element z{3.0f, 0.5f};  // T = 0.25 / 0.5, so 1 + T l2 = 2
  const Element joined = rules::row_element<rules::Adam>(c, z);
  EXPECT_EQ(joined.weight, 1.5f);
  EXPECT_EQ(joined.denominator, 1.0f);
  const Element euclidean = rules::row_element<rules::Momentum>(c, z);
  EXPECT_EQ(euclidean.weight, 3.0f);  // there l2 is part of the row's factor
}

}  // namespace
}  // namespace curb::testing
