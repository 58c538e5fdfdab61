// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// One step of the Plan is the joint proximal step: on random rows, with every stage by itself, all
// together and in any combination, it must give what a numerical optimiser finds in double, which
// knows nothing of an order of stages.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/host/plan/reference_group.hpp"
#include "tests/host/plan/tensor_run.hpp"
#include "tests/reference/joint_prox.hpp"
#include "tests/reference/matrix.hpp"

namespace curb::testing {
namespace {

using Vector = std::vector<double>;

constexpr int kProblems = 500;
constexpr unsigned kStages = 6;

// All roundings of a step in fp32, none of which is more than 2^-23 of what it rounds: eta g, eta
// l1, z, the shrunk z, the row's factor and its product, and the clamp's margin. The proximal map
// is nonexpansive, so that they add up and are never magnified.
constexpr double kRelativeBound = 0x1p-21;

struct Problem {
  Vector start;
  Vector gradient;
  std::vector<std::uint8_t> mask;
  Hyper hyper;
  Modes modes;
};

// Each bit of `stages` switches one stage on. All values are such as fp32 holds.
Problem random_problem(unsigned stages, std::mt19937_64& random) {
  const auto uniform = [&random](double low, double high) {
    return as_float(std::uniform_real_distribution<double>(low, high)(random));
  };
  Problem problem;
  problem.modes.l2 = L2Mode::prox;
  problem.hyper.learning_rate = uniform(0.1, 4.0);
  if (stages & 1U) problem.hyper.l1 = uniform(0.05, 0.5);
  if (stages & 2U) problem.hyper.l2 = uniform(0.1, 2.0);
  if (stages & 4U) problem.hyper.group_lasso = uniform(0.05, 0.7);
  if (stages & 8U) problem.hyper.max_norm = uniform(0.2, 3.0);
  problem.modes.non_negative = (stages & 16U) != 0;
  const std::size_t size = 1 + random() % 12;
  for (std::size_t i = 0; i < size; ++i) {
    problem.start.push_back(uniform(-2.0, 2.0));
    problem.gradient.push_back(uniform(-0.5, 0.5));
    if (stages & 32U) problem.mask.push_back(random() % 4 != 0);
  }
  return problem;
}

unsigned stages_of(int index, std::mt19937_64& random) {
  if (index < 120) return 1U << (static_cast<unsigned>(index) % kStages);
  if (index < 220) return (1U << kStages) - 1;
  return static_cast<unsigned>(random() % (1U << kStages));
}

Vector one_step(const Problem& problem) {
  TensorOptions options;
  options.mask = problem.mask;
  TensorRun run(group_from_reference(problem.modes, problem.hyper), 1,
                static_cast<std::int64_t>(problem.start.size()),
                std::vector<float>(problem.start.begin(), problem.start.end()), options);
  run.step(problem.gradient);
  return {run.weights().begin(), run.weights().end()};
}

JointProxResult by_optimiser(const Problem& problem) {
  const Hyper& h = problem.hyper;
  const auto length = static_cast<double>(problem.start.size());
  JointProxProblem result;
  for (std::size_t i = 0; i < problem.start.size(); ++i) {
    result.z.push_back(problem.start[i] - h.learning_rate * problem.gradient[i]);
    result.metric.push_back(1.0 / h.learning_rate);
  }
  result.l2 = h.l2;
  result.penalty = {h.l1, h.group_lasso * std::sqrt(length), h.max_norm, problem.modes.non_negative,
                    problem.mask};
  return joint_prox(result);
}

double bound(const Problem& problem, const JointProxResult& optimum) {
  const Hyper& h = problem.hyper;
  const double thresholds = h.l1 * std::sqrt(static_cast<double>(problem.start.size()));
  return optimum.error_bound +
         kRelativeBound *
             (norm(problem.start) + h.learning_rate * (norm(problem.gradient) + thresholds));
}

TEST(StageOrder, OfOneStepIsTheJointProximalStep) {
  std::mt19937_64 random(20240608);
  int rows_at_zero = 0;
  int rows_on_sphere = 0;
  int shrunk_onto_sphere = 0;
  for (int index = 0; index < kProblems; ++index) {
    const unsigned stages = stages_of(index, random);
    SCOPED_TRACE("problem " + std::to_string(index) + ", stages " + std::to_string(stages));
    const Problem problem = random_problem(stages, random);
    const Vector w = one_step(problem);
    const JointProxResult optimum = by_optimiser(problem);
    ASSERT_LE(optimum.error_bound, 1e-10);
    ASSERT_LE(distance(w, optimum.w), bound(problem, optimum));

    const bool on_sphere = norm(w) >= problem.hyper.max_norm * (1.0 - 0x1p-20);
    rows_at_zero += norm(w) == 0.0;
    rows_on_sphere += on_sphere;
    shrunk_onto_sphere += on_sphere && problem.hyper.group_lasso > 0.0;
  }
  // The problems must reach every branch, or their agreement says little.
  EXPECT_GE(rows_at_zero, 20);
  EXPECT_GE(rows_on_sphere, 50);
  EXPECT_GE(shrunk_onto_sphere, 10);
}

}  // namespace
}  // namespace curb::testing
