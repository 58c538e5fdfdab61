// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Where a run comes to rest. On an ill-conditioned quadratic every optimiser, under every penalty
// and constraint, must stand on the one minimiser of F, which a convex solver finds in double; and
// schedules must not move it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include "tests/host/plan/reference_group.hpp"
#include "tests/host/plan/tensor_run.hpp"
#include "tests/reference/convex.hpp"
#include "tests/reference/matrix.hpp"
#include "tests/reference/reference.hpp"

namespace curb::testing {
namespace {

using Vector = std::vector<double>;

constexpr std::size_t kRows = 3;
constexpr std::size_t kColumns = 6;
constexpr double kConditionNumber = 100.0;
constexpr double kBound = 1e-5;
constexpr int kSteps = 6000;

// A = Q diag(eigenvalues) Q with the reflection Q = I - 2 u u^T, u of equal entries: dense, so that
// the weights of a row are coupled.
Quadratic ill_conditioned() {
  Quadratic quadratic{Matrix(kColumns, kColumns), Matrix(kRows, kColumns)};
  const auto reflection = [](std::size_t i, std::size_t k) {
    return (i == k ? 1.0 : 0.0) - 2.0 / static_cast<double>(kColumns);
  };
  for (std::size_t k = 0; k < kColumns; ++k) {
    const double exponent = static_cast<double>(k) / static_cast<double>(kColumns - 1);
    const double eigenvalue = std::pow(kConditionNumber, -exponent);
    for (std::size_t i = 0; i < kColumns; ++i) {
      for (std::size_t j = 0; j < kColumns; ++j) {
        quadratic.hessian(i, j) += reflection(i, k) * eigenvalue * reflection(j, k);
      }
    }
  }
  quadratic.target.values = {1.0,  -0.5,  0.25, 0.8,  -0.9, 0.3,    // meets every penalty
                             0.05, -0.04, 0.03, 0.02, 0.05, -0.02,  // a row for the group to remove
                             -0.7, 0.6,   0.5,  -0.4, 0.3,  0.9};
  return quadratic;
}

struct Objective {
  std::string name;
  std::function<void(Hyper&, Modes&, Layout&)> set;
  bool gradient_vanishes = false;  // at the minimiser, for weights that are not zero
};

void PrintTo(const Objective& objective, std::ostream* out) { *out << objective.name; }

// Values that fp32 holds, so that run and reference have the same problem.
std::vector<Objective> objectives() {
  return {
      {"l1", [](Hyper& h, Modes&, Layout&) { h.l1 = 0.015625; }},
      {"elastic_net",
       [](Hyper& h, Modes&, Layout&) {
         h.l1 = 0.015625;
         h.l2 = 0.03125;
       }},
      {"group", [](Hyper& h, Modes&, Layout&) { h.group_lasso = 0.0078125; }},
      {"max_norm", [](Hyper& h, Modes&, Layout&) { h.max_norm = 0.0625; }},
      {"non_negative", [](Hyper&, Modes& m, Layout&) { m.non_negative = true; }, true},
      {"mask",
       [](Hyper&, Modes&, Layout& layout) {
         layout.mask.assign(kRows * kColumns, 1);
         for (const std::size_t i : {1U, 4U, 8U, 12U}) layout.mask[i] = 0;
       },
       true},
      {"everything",
       [](Hyper& h, Modes& m, Layout& layout) {
         h.l1 = 0.0078125;
         h.l2 = 0.03125;
         h.group_lasso = 0.00390625;
         h.max_norm = 0.5;
         m.non_negative = true;
         layout.mask.assign(kRows * kColumns, 1);
         layout.mask[0] = 0;
       }},
  };
}

constexpr std::array kOptimizers = {Optimizer::sgd,  Optimizer::momentum, Optimizer::nesterov,
                                    Optimizer::adam, Optimizer::adagrad,  Optimizer::rmsprop};
constexpr std::array kNames = {"sgd", "momentum", "nesterov", "adam", "adagrad", "rmsprop"};

// A run on the quadratic, in fp32, beside the minimiser in double.
struct Problem {
  Problem(Optimizer optimizer, const Objective& objective) {
    modes.optimizer = optimizer;
    modes.l2 = L2Mode::prox;
    modes.max_norm = MaxNormMode::exact;
    hyper.learning_rate = 1.0;
    objective.set(hyper, modes, layout);
  }

  Vector minimiser() const {
    const ConvexResult result = minimise(quadratic, hyper, modes, layout);
    EXPECT_LE(result.residual, 1e-12);
    return result.w;
  }

  // `before` may change the hyper-parameters before each step, `after` sees the weights after it.
  Vector run(
      const Vector& from, const std::function<void(int, Hyperparameters&)>& before,
      const std::function<void(const Vector&)>& after = [](const Vector&) {}) const {
    const std::vector<float> start(from.begin(), from.end());
    TensorOptions options;
    options.mask = layout.mask;
    TensorRun tensor(group_from_reference(modes, hyper), kRows, kColumns, start, options);
    Vector w(start.begin(), start.end());
    for (int t = 0; t < kSteps; ++t) {
      tensor.set([&](Hyperparameters& h) { before(t, h); });
      tensor.step(gradient(quadratic, w));
      w.assign(tensor.weights().begin(), tensor.weights().end());
      after(w);
    }
    return w;
  }

  Quadratic quadratic = ill_conditioned();
  Hyper hyper;
  Modes modes;
  Layout layout = neurons_in_rows(kRows, kColumns);
};

// The steps of Adam and RMSprop do not die out with the gradient. Where a penalty or a constraint
// holds the weights against a gradient, a constant rate comes to rest all the same, each weight's
// step being undone by its proximal one; and it must not fall, or steps drown in the rounding of
// fp32. Where the gradient itself vanishes the rate has to fall, here from .05 to 5e-8.
void adapt_rate(Optimizer optimizer, const Objective& objective, double progress,
                Hyperparameters& h) {
  if (optimizer != Optimizer::adam && optimizer != Optimizer::rmsprop) return;
  h.learning_rate = 0.05f;
  double last = 1.0;
  // Without the first moment that steadies Adam's steps, RMSprop's swing about the minimum at first.
  if (optimizer == Optimizer::rmsprop) last = 1e-2;
  if (objective.gradient_vanishes) last = 1e-6;
  h.learning_rate *= static_cast<float>(std::pow(last, progress));
}

double progress_at(int t) { return static_cast<double>(t) / kSteps; }

std::ptrdiff_t zeros(const Vector& w) { return std::count(w.begin(), w.end(), 0.0); }

using OptimizerAndObjective = std::tuple<Optimizer, Objective>;

std::string name_of(const ::testing::TestParamInfo<OptimizerAndObjective>& parameter) {
  const auto& [optimizer, objective] = parameter.param;
  return std::string(kNames[static_cast<std::size_t>(optimizer)]) + "_" + objective.name;
}

class FixedPoint : public ::testing::TestWithParam<OptimizerAndObjective> {};

TEST_P(FixedPoint, IsTheMinimiser) {
  const auto& [optimizer, objective] = GetParam();
  const Problem problem(optimizer, objective);
  const Vector minimiser = problem.minimiser();
  const Vector w = problem.run(problem.quadratic.target.values, [&](int t, Hyperparameters& h) {
    adapt_rate(optimizer, objective, progress_at(t), h);
  });
  EXPECT_LE(distance(w, minimiser), kBound);
  EXPECT_EQ(zeros(w), zeros(minimiser));
}

INSTANTIATE_TEST_SUITE_P(All, FixedPoint,
                         ::testing::Combine(::testing::ValuesIn(kOptimizers),
                                            ::testing::ValuesIn(objectives())),
                         name_of);

// Each objective must ask for something, or the agreement says little.
TEST(Objectives, MoveTheMinimum) {
  for (const Objective& objective : objectives()) {
    const Problem problem(Optimizer::sgd, objective);
    EXPECT_GE(distance(problem.minimiser(), problem.quadratic.target.values), 0.05)
        << objective.name;
  }
}

// From .5 to .99 over the first half of the run.
void raise_momentum(int t, Hyperparameters& h) {
  h.momentum = std::min(0.99f, 0.5f + static_cast<float>(0.98 * progress_at(t)));
}

class ScheduledMomentum : public ::testing::TestWithParam<OptimizerAndObjective> {};

TEST_P(ScheduledMomentum, DoesNotMoveTheFixedPoint) {
  const auto& [optimizer, objective] = GetParam();
  const Problem problem(optimizer, objective);
  const Vector w = problem.run(problem.quadratic.target.values, raise_momentum);
  EXPECT_LE(distance(w, problem.minimiser()), kBound);
}

// Penalty and gradient hold each other from the first step on, whatever the momentum. A gain taken
// from the closed form would break that balance and take the weights to zero.
TEST_P(ScheduledMomentum, LeavesTheMinimumWhereItIs) {
  const auto& [optimizer, objective] = GetParam();
  const Problem problem(optimizer, objective);
  const Vector minimiser = problem.minimiser();
  double farthest = 0.0;
  problem.run(minimiser, raise_momentum,
              [&](const Vector& w) { farthest = std::max(farthest, distance(w, minimiser)); });
  EXPECT_LE(farthest, 2.0 * kBound);
}

INSTANTIATE_TEST_SUITE_P(All, ScheduledMomentum,
                         ::testing::Combine(::testing::Values(Optimizer::momentum,
                                                              Optimizer::nesterov),
                                            ::testing::ValuesIn(objectives())),
                         name_of);

class LateL1 : public ::testing::TestWithParam<Optimizer> {};

// L1 from a third of the run on, at a momentum of .97.
TEST_P(LateL1, ReachesTheFixedPointWithoutACrash) {
  const Objective l1 = objectives().front();
  const Problem problem(GetParam(), l1);
  const Vector minimiser = problem.minimiser();
  double shortest = HUGE_VAL;
  const auto switch_on = [&](int t, Hyperparameters& h) {
    h.momentum = 0.97f;
    h.l1 = t < kSteps / 3 ? 0.0f : static_cast<float>(problem.hyper.l1);
    adapt_rate(GetParam(), l1, progress_at(t), h);
  };
  const Vector w = problem.run(problem.quadratic.target.values, switch_on, [&](const Vector& now) {
    shortest = std::min(shortest, norm(now));
  });
  EXPECT_LE(distance(w, minimiser), kBound);
  EXPECT_GE(shortest, 0.6 * norm(minimiser));
}

INSTANTIATE_TEST_SUITE_P(Optimizers, LateL1, ::testing::ValuesIn(kOptimizers),
                         [](const ::testing::TestParamInfo<Optimizer>& optimizer) {
                           return kNames[static_cast<std::size_t>(optimizer.param)];
                         });

}  // namespace
}  // namespace curb::testing
