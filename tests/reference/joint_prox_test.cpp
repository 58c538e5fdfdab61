// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// The proximal stages of the reference against the numerical optimiser: each by itself and all
// together, in the Euclidean metric and in a diagonal one.
#include "tests/reference/joint_prox.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/reference/matrix.hpp"
#include "tests/reference/metric.hpp"
#include "tests/reference/reference.hpp"

namespace curb::testing {
namespace {

using Vector = std::vector<double>;

constexpr int kProblems = 500;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct RandomProblem {
  Vector z;
  Vector step_length;
  Coefficients coefficients;
  double max_norm = kInfinity;
  Modes modes;
  Layout layout;
};

// The terms that a problem switches on, one bit each.
enum Term : unsigned { l1 = 1, l2 = 2, group = 4, ball = 8, non_negative = 16, mask = 32 };
constexpr unsigned kTermSets = 64;

// Each term by itself, then all of them, then any set.
unsigned terms_of(int index, std::mt19937_64& random) {
  if (index < 60) return 1U << (index % 6);
  if (index < 100) return kTermSets - 1;
  return static_cast<unsigned>(random() % kTermSets);
}

RandomProblem random_problem(unsigned terms, bool in_metric, std::mt19937_64& random) {
  const auto uniform = [&](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
  };
  const std::size_t size = 1 + random() % 12;
  RandomProblem problem;
  problem.layout = neurons_in_rows(1, size);
  problem.modes.optimizer = in_metric ? Optimizer::adam : Optimizer::sgd;
  problem.modes.max_norm = MaxNormMode::exact;
  problem.modes.non_negative = (terms & Term::non_negative) != 0;
  if (terms & Term::l1) problem.coefficients.l1 = uniform(0.1, 1.0);
  if (terms & Term::l2) problem.coefficients.l2 = uniform(0.1, 2.0);
  if (terms & Term::group) problem.coefficients.group = uniform(0.1, 1.5);
  if (terms & Term::ball) problem.max_norm = uniform(0.2, 3.0);
  const double common_step = std::exp(uniform(-2.0, 2.0));
  for (std::size_t i = 0; i < size; ++i) {
    problem.z.push_back(uniform(-2.0, 2.0));
    problem.step_length.push_back(in_metric ? std::exp(uniform(-3.0, 3.0)) : common_step);
    if (terms & Term::mask) problem.layout.mask.push_back(random() % 4 != 0);
  }
  return problem;
}

Penalty penalty_of(const RandomProblem& problem) {
  return {problem.coefficients.l1,
          problem.coefficients.group * std::sqrt(static_cast<double>(problem.z.size())),
          problem.max_norm, problem.modes.non_negative, problem.layout.mask};
}

Vector metric_of(const Vector& step_length) {
  Vector metric;
  for (const double t : step_length) metric.push_back(1.0 / t);
  return metric;
}

Vector by_stages(const RandomProblem& problem) {
  Vector w = problem.z;
  proximal_step(problem.coefficients, problem.max_norm, problem.modes, problem.layout,
                problem.step_length, w);
  return w;
}

class StagesEqualTheOptimiser : public ::testing::TestWithParam<bool> {};

TEST_P(StagesEqualTheOptimiser, OnRandomProblems) {
  const bool in_metric = GetParam();
  std::mt19937_64 random(20240607);
  int rows_at_zero = 0;
  int rows_on_sphere = 0;
  int group_and_sphere = 0;
  for (int index = 0; index < kProblems; ++index) {
    const unsigned terms = terms_of(index, random);
    const RandomProblem problem = random_problem(terms, in_metric, random);
    SCOPED_TRACE("problem " + std::to_string(index) + ", terms " + std::to_string(terms));
    const Vector w = by_stages(problem);
    const JointProxResult optimum = joint_prox(
        {problem.z, metric_of(problem.step_length), problem.coefficients.l2, penalty_of(problem)});
    ASSERT_LE(optimum.error_bound, 1e-10);
    ASSERT_LE(distance(w, optimum.w), optimum.error_bound + 1e-12);

    const bool on_sphere = norm(w) >= problem.max_norm * (1.0 - 1e-12);
    rows_at_zero += norm(w) == 0.0;
    rows_on_sphere += on_sphere;
    group_and_sphere += on_sphere && problem.coefficients.group > 0.0;
  }
  // The problems must reach every branch, or their agreement says little.
  EXPECT_GE(rows_at_zero, 20);
  EXPECT_GE(rows_on_sphere, 50);
  EXPECT_GE(group_and_sphere, 10);
}

INSTANTIATE_TEST_SUITE_P(Metrics, StagesEqualTheOptimiser, ::testing::Bool(),
                         [](const ::testing::TestParamInfo<bool>& parameter) {
                           return parameter.param ? "Diagonal" : "Euclidean";
                         });

// With all steps equal the bisections of the metric have to reproduce the rescaling.
TEST(MetricStages, WithEqualStepsAreTheEuclideanOnes) {
  std::mt19937_64 random(7);
  for (int index = 0; index < kProblems; ++index) {
    RandomProblem problem = random_problem(terms_of(index, random), false, random);
    const Vector euclidean = by_stages(problem);
    problem.modes.optimizer = Optimizer::adam;
    EXPECT_LE(distance(by_stages(problem), euclidean), 2e-14) << "problem " << index;
  }
}

TEST(MetricStages, ProjectionIsNotARescaling) {
  const Vector z{3.0, 4.0};
  const Vector step_length{0.1, 10.0};
  const Vector w = metric_project(z, step_length, 2.0);
  EXPECT_LE(norm(w), 2.0);
  EXPECT_NEAR(norm(w), 2.0, 1e-15);
  EXPECT_GT(w[0] / w[1], 2.0);  // z has 0.75
  EXPECT_EQ(metric_project(w, step_length, 2.0), w);
  const Vector one_fixed{0.0, 1.0};
  EXPECT_THROW(metric_project(z, one_fixed, 2.0), std::invalid_argument);
  EXPECT_EQ(metric_project({0.3, 0.4}, one_fixed, 2.0), (Vector{0.3, 0.4}));
}

// What `radial` does under Adam: the exact group stage, then the plain clamp.
TEST(MetricStages, RadialMaxNormRescalesTheShrunkRow) {
  Modes modes;
  modes.optimizer = Optimizer::adam;
  const Vector z{3.0, 4.0};
  const Vector step_length{0.1, 2.0};
  const Coefficients coefficients{0.0, 0.0, 0.5};
  const Vector shrunk = metric_group_shrink(z, step_length, 0.5 * std::sqrt(2.0));
  Vector w = z;
  proximal_step(coefficients, 2.0, modes, neurons_in_rows(1, 2), step_length, w);
  EXPECT_NEAR(w[0], shrunk[0] * 2.0 / norm(shrunk), 1e-14);
  EXPECT_NEAR(w[1], shrunk[1] * 2.0 / norm(shrunk), 1e-14);
  Vector exact = z;
  modes.max_norm = MaxNormMode::exact;
  proximal_step(coefficients, 2.0, modes, neurons_in_rows(1, 2), step_length, exact);
  EXPECT_GT(distance(w, exact), 0.1);
}

// A group per input is a problem per column.
TEST(Groups, ByInputEqualTheOptimiserColumnByColumn) {
  const std::size_t rows = 3;
  const std::size_t columns = 4;
  const Vector z{1.0, -0.2, 0.7, 2.0, -0.5, 0.1, 0.3, -1.0, 0.8, 0.3, -0.9, 0.4};
  const Vector step_length{0.5, 1.0, 0.2, 3.0, 1.5, 0.3, 0.9, 0.1, 2.0, 1.1, 0.4, 0.6};
  const Coefficients coefficients{0.1, 0.2, 0.4};
  Modes modes;
  modes.optimizer = Optimizer::adam;
  modes.group_by = GroupBy::outgoing;
  const Layout layout = neurons_in_rows(rows, columns);
  Vector w = z;
  proximal_step(coefficients, kInfinity, modes, layout, step_length, w);
  for (const IndexSet& column : layout.outgoing) {
    const Penalty penalty{
        coefficients.l1, coefficients.group * std::sqrt(3.0), kInfinity, false, {}};
    const JointProxResult optimum = joint_prox(
        {gather(z, column), metric_of(gather(step_length, column)), coefficients.l2, penalty});
    ASSERT_LE(optimum.error_bound, 1e-10);
    EXPECT_LE(distance(gather(w, column), optimum.w), 1e-10);
  }
}

// The certificate itself must be able to say no.
TEST(Certificate, RefusesWhatIsNotTheMinimiser) {
  const JointProxProblem problem{
      {1.0, -2.0, 0.1}, {1.0, 2.0, 3.0}, 0.0, {0.2, 0.3, 1.5, false, {}}};
  const JointProxResult optimum = joint_prox(problem);
  ASSERT_LE(optimum.error_bound, 1e-10);
  const auto residual = [&](const Vector& w) {
    Vector gradient;
    for (std::size_t i = 0; i < w.size(); ++i) {
      gradient.push_back(problem.metric[i] * (w[i] - problem.z[i]));
    }
    return stationarity_residual(gradient, problem.penalty, w);
  };
  for (std::size_t i = 0; i < optimum.w.size(); ++i) {
    Vector inward = optimum.w;
    inward[i] += inward[i] > 0.0 ? -1e-3 : 1e-3;
    EXPECT_GE(residual(inward), 1e-3) << "element " << i;
  }
  Vector outside = optimum.w;
  for (double& x : outside) x *= 1.001;
  EXPECT_EQ(residual(outside), kInfinity);
  EXPECT_EQ(residual({std::nan(""), 0.0, 0.0}), kInfinity);
}

}  // namespace
}  // namespace curb::testing
