// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// Every optimiser of the reference, run on an exact gradient until it stands still, must stand on
// the minimiser of the one stated objective.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "tests/reference/convex.hpp"
#include "tests/reference/matrix.hpp"
#include "tests/reference/reference.hpp"

namespace curb::testing {
namespace {

using Vector = std::vector<double>;

constexpr std::size_t kRows = 3;
constexpr std::size_t kColumns = 4;

// Condition number 100; the off-diagonal part couples weights of different sign.
Quadratic ill_conditioned() {
  Quadratic quadratic{Matrix(kColumns, kColumns), Matrix(kRows, kColumns)};
  const Vector eigenvalues{1.0, 0.3, 0.05, 0.01};
  // A = Q diag(eigenvalues) Q with the reflection Q = I - 2 u u^T, u = (1, 1, 1, 1) / 2.
  for (std::size_t i = 0; i < kColumns; ++i) {
    for (std::size_t j = 0; j < kColumns; ++j) {
      for (std::size_t k = 0; k < kColumns; ++k) {
        const double left = (i == k ? 1.0 : 0.0) - 0.5;
        const double right = (j == k ? 1.0 : 0.0) - 0.5;
        quadratic.hessian(i, j) += left * eigenvalues[k] * right;
      }
    }
  }
  quadratic.target.values = {2.0, -1.0, 0.5, 3.0, 0.1, 0.2, -0.1, 0.05, -1.5, 2.5, 1.0, -0.5};
  return quadratic;
}

struct Case {
  std::string name;
  Hyper hyper;
  Modes modes;
  Layout layout = neurons_in_rows(kRows, kColumns);
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

std::vector<Case> cases() {
  std::vector<Case> result;
  const auto add = [&](const char* name, auto&& change) {
    Case c;
    c.name = name;
    c.modes.max_norm = MaxNormMode::exact;
    c.modes.l2 = L2Mode::prox;
    change(c);
    result.push_back(c);
  };
  add("l1", [](Case& c) { c.hyper.l1 = 0.05; });
  add("l1_coupled_l2", [](Case& c) {
    c.hyper.l1 = 0.05;
    c.hyper.l2 = 0.1;
    c.modes.l2 = L2Mode::coupled;
  });
  add("elastic_net", [](Case& c) {
    c.hyper.l1 = 0.05;
    c.hyper.l2 = 0.1;
  });
  add("group", [](Case& c) { c.hyper.group_lasso = 0.02; });
  add("group_by_input", [](Case& c) {
    c.hyper.group_lasso = 0.05;
    c.modes.group_by = GroupBy::outgoing;
  });
  add("max_norm", [](Case& c) { c.hyper.max_norm = 0.2; });
  add("sparse_group_max_norm", [](Case& c) {
    c.hyper.l1 = 0.01;
    c.hyper.group_lasso = 0.01;
    c.hyper.max_norm = 1.0;
  });
  add("everything", [](Case& c) {
    c.hyper.l1 = 0.01;
    c.hyper.l2 = 0.05;
    c.hyper.group_lasso = 0.01;
    c.hyper.max_norm = 0.8;
    c.modes.non_negative = true;
    c.layout.mask.assign(kRows * kColumns, 1);
    c.layout.mask[3] = 0;
  });
  return result;
}

// The normalised steps of Adam and RMSprop do not die out by themselves where the gradient does, so
// their learning rate falls geometrically.
double learning_rate(Optimizer optimizer, double progress) {
  const bool normalised = optimizer == Optimizer::adam || optimizer == Optimizer::rmsprop;
  return normalised ? 0.1 * std::pow(1e-9, progress) : 0.5;
}

Vector run(const Quadratic& quadratic, Hyper hyper, const Modes& modes, const Layout& layout,
           const Vector& start) {
  constexpr int kSteps = 40'000;
  State state(start);
  for (int t = 0; t < kSteps; ++t) {
    hyper.learning_rate = learning_rate(modes.optimizer, static_cast<double>(t) / kSteps);
    step(hyper, modes, layout, gradient(quadratic, state.w), state);
  }
  return state.w;
}

class FixedPoint : public ::testing::TestWithParam<Case> {};

TEST_P(FixedPoint, OfEveryOptimiserIsTheMinimiser) {
  const Case& c = GetParam();
  const Quadratic quadratic = ill_conditioned();
  const ConvexResult optimum = minimise(quadratic, c.hyper, c.modes, c.layout);
  ASSERT_LE(optimum.residual, 1e-12);
  for (const Optimizer optimizer : {Optimizer::sgd, Optimizer::momentum, Optimizer::nesterov,
                                    Optimizer::adam, Optimizer::adagrad, Optimizer::rmsprop}) {
    Modes modes = c.modes;
    modes.optimizer = optimizer;
    const Vector start(kRows * kColumns, 0.5);
    const Vector w = run(quadratic, c.hyper, modes, c.layout, start);
    EXPECT_LE(distance(w, optimum.w), 1e-9) << "optimizer " << static_cast<int>(optimizer);
  }
}

INSTANTIATE_TEST_SUITE_P(Objectives, FixedPoint, ::testing::ValuesIn(cases()),
                         [](const ::testing::TestParamInfo<Case>& objective) {
                           return objective.param.name;
                         });

// Unequal curvatures, a ball that is active. Each of Adam's steps is as long as every other,
// whatever the gradient, so that a rescaled row ends with equal entries; the projection in Adam's
// metric ends on the constrained minimiser.
TEST(MaxNormUnderAdam, RadialLandsElsewhereThanExact) {
  Quadratic quadratic{Matrix(3, 3), Matrix(1, 3)};
  for (const auto& [i, curvature] : {std::pair{0, 1.0}, {1, 0.2}, {2, 0.05}}) {
    quadratic.hessian(i, i) = curvature;
  }
  quadratic.target.values = {2.0, 3.0, -4.0};
  Hyper hyper;
  hyper.max_norm = 1.0;
  const Layout layout = neurons_in_rows(1, 3);
  const Vector start{0.1, 0.1, -0.1};
  Modes modes;
  modes.optimizer = Optimizer::adam;
  const Vector radial = run(quadratic, hyper, modes, layout, start);
  modes.max_norm = MaxNormMode::exact;
  const Vector exact = run(quadratic, hyper, modes, layout, start);
  const double equal = 1.0 / std::sqrt(3.0);
  EXPECT_LE(distance(radial, {equal, equal, -equal}), 1e-6);
  const ConvexResult optimum = minimise(quadratic, hyper, modes, layout);
  ASSERT_LE(optimum.residual, 1e-12);
  EXPECT_LE(distance(exact, optimum.w), 1e-9);
  EXPECT_GT(distance(radial, optimum.w), 0.1);
}

// The residual must not be small before the minimum is reached.
TEST(Minimise, ResidualIsLargeUntilTheMinimumIsReached) {
  const Quadratic quadratic = ill_conditioned();
  Hyper hyper;
  hyper.l1 = 0.05;
  const Layout layout = neurons_in_rows(kRows, kColumns);
  EXPECT_LE(minimise(quadratic, hyper, {}, layout).residual, 1e-12);
  EXPECT_GE(minimise(quadratic, hyper, {}, layout, 1e-12, 3).residual, 1e-3);
}

}  // namespace
}  // namespace curb::testing
