// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Closed-form figures, each through the public Plan. F = mean loss + l1 |w|_1 + l2/2 |w|^2 and
// learning rate eta; the loss of one weight is 1/2 (w - 1)^2 wherever a minimum is asked for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/host/plan/tensor_run.hpp"
#include "tests/reference/convex.hpp"
#include "tests/reference/matrix.hpp"
#include "tests/rules/float_bits.hpp"
#include "tests/rules/optimizer_kinds.hpp"

namespace curb::testing {
namespace {

using Floats = std::vector<float>;
using Vector = std::vector<double>;
using Kind = OptimizerKind;

Group group_of(Kind optimizer, const std::function<void(Group&)>& change) {
  Group group;
  group.name = "group";
  group.modes.optimizer = optimizer;
  group.hyperparameters.learning_rate = 0.1f;
  change(group);
  return group;
}

// The weight after each of three steps from w = `start` with the gradient `g` throughout.
Vector three_steps(const Group& group, float start, float g) {
  TensorRun run(group, 1, 1, {start});
  Vector after;
  for (int t = 0; t < 3; ++t) {
    run.step(Floats{g});
    after.push_back(run.weights()[0]);
  }
  return after;
}

void expect_near(const Vector& actual, const Vector& expected, double bound) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    EXPECT_NEAR(actual[i], expected[i], bound) << "at " << i;
  }
}

TEST(OneWeight, UnderL1AloneReachesZeroAndStays) {
  const Group group = group_of(Kind::sgd, [](Group& g) { g.hyperparameters.l1 = 0.3f; });
  const Vector after = three_steps(group, 0.05f, 0.0f);
  EXPECT_NEAR(after[0], 0.02, 1e-8);
  EXPECT_EQ(bits(static_cast<float>(after[1])), 0U);
  EXPECT_EQ(bits(static_cast<float>(after[2])), 0U);
}

TEST(OneWeight, UnderTheSignFormOvershootsForEver) {
  const Group group = group_of(Kind::sgd, [](Group& g) {
    g.hyperparameters.l1 = 0.3f;
    g.modes.l1 = rules::L1Mode::sign;
  });
  expect_near(three_steps(group, 0.05f, 0.0f), {0.02, -0.01, 0.02}, 1e-8);
}

TEST(OneWeight, UnderTheElasticNetDependsOnTheModeOfL2) {
  Group group = group_of(Kind::sgd, [](Group& g) {
    g.hyperparameters.l1 = 0.3f;
    g.hyperparameters.l2 = 0.5f;
    g.modes.l2 = rules::L2Mode::prox;
  });
  EXPECT_NEAR(three_steps(group, 1.0f, 0.5f)[0], 0.92 / 1.05, 1e-7);
  group.modes.l2 = rules::L2Mode::coupled;
  EXPECT_NEAR(three_steps(group, 1.0f, 0.5f)[0], 0.87, 1e-7);
}

struct Recurrence {
  const char* name;
  Kind optimizer;
  float l2;
  float weight_decay;
  Vector after;
};

class ThreeSteps : public ::testing::TestWithParam<Recurrence> {};

TEST_P(ThreeSteps, AreTheRecurrence) {
  const Recurrence& r = GetParam();
  const Group group = group_of(r.optimizer, [&r](Group& g) {
    g.hyperparameters.l2 = r.l2;
    g.hyperparameters.weight_decay = r.weight_decay;
    if (r.optimizer == Kind::rmsprop) g.hyperparameters.beta2 = 0.9f;
  });
  expect_near(three_steps(group, 1.0f, 0.5f), r.after, 2e-7);
}

INSTANTIATE_TEST_SUITE_P(
    OneWeight, ThreeSteps,
    ::testing::Values(
        Recurrence{"sgd", Kind::sgd, 0.1f, 0.0f, {0.94, 0.8806, 0.821794}},
        Recurrence{"momentum", Kind::momentum, 0.1f, 0.0f, {0.94, 0.8266, 0.666274}},
        Recurrence{"nesterov", Kind::nesterov, 0.1f, 0.0f, {0.886, 0.725566, 0.525363646}},
        Recurrence{"adam", Kind::adam, 0.1f, 0.0f, {0.9000000017, 0.8000473405, 0.7001745748}},
        Recurrence{"adamw", Kind::adam, 0.0f, 0.1f, {0.890000002, 0.781100004, 0.6732890059}},
        Recurrence{
            "adagrad", Kind::adagrad, 0.1f, 0.0f, {0.9000000017, 0.8298860073, 0.7729372239}},
        Recurrence{
            "rmsprop", Kind::rmsprop, 0.1f, 0.0f, {0.6837722506, 0.4603292096, 0.2763137578}}),
    [](const ::testing::TestParamInfo<Recurrence>& r) { return r.param.name; });

// One run on 1/2 (w - 1)^2; `before` may change the hyper-parameters before each step.
struct Descent {
  double last = 0.0;
  double lowest = HUGE_VAL;  // over the steps from `settled` on
};

Descent descend(const Group& group, float start, int steps,
                const std::function<void(int, TensorRun&)>& before, int settled = 0) {
  TensorRun run(group, 1, 1, {start});
  Descent descent;
  for (int t = 0; t < steps; ++t) {
    before(t, run);
    run.step(Vector{static_cast<double>(run.weights()[0]) - 1.0});
    descent.last = run.weights()[0];
    if (t >= settled) descent.lowest = std::min(descent.lowest, descent.last);
  }
  return descent;
}

void keep(int, TensorRun&) {}

// The steps of Adam and RMSprop do not die out with the gradient, so that the rate has to.
void lower_the_rate(int t, TensorRun& run) {
  run.set(
      [t](Hyperparameters& h) { h.learning_rate = 0.1f * static_cast<float>(std::pow(0.99, t)); });
}

class Minimum : public ::testing::TestWithParam<Kind> {
 protected:
  double reached(const std::function<void(Group&)>& change) const {
    const Group group = group_of(GetParam(), change);
    const bool normalised = GetParam() == Kind::adam || GetParam() == Kind::rmsprop;
    return descend(group, 0.2f, 2000, normalised ? lower_the_rate : keep).last;
  }
};

// Heavy ball with a threshold of eta l1 alone would land on .97, Adam near 1.
TEST_P(Minimum, UnderL1) {
  EXPECT_NEAR(reached([](Group& g) { g.hyperparameters.l1 = 0.3f; }), 0.7, 1e-6);
}

TEST_P(Minimum, UnderTheElasticNet) {
  for (const rules::L2Mode mode : {rules::L2Mode::prox, rules::L2Mode::coupled}) {
    const double w = reached([mode](Group& g) {
      g.hyperparameters.l1 = 0.3f;
      g.hyperparameters.l2 = 0.5f;
      g.modes.l2 = mode;
    });
    EXPECT_NEAR(w, 0.7 / 1.5, 1e-6);
  }
}

TEST_P(Minimum, IsExactlyZeroWhereTheGradientCannotLiftIt) {
  EXPECT_EQ(reached([](Group& g) { g.hyperparameters.l1 = 1.01f; }), 0.0);
}

INSTANTIATE_TEST_SUITE_P(Optimizers, Minimum, ::testing::ValuesIn(kAllOptimizers),
                         [](const auto& kind) { return name_of(kind.param); });

// The closed form of the gain takes the weight to zero when mu rises: the filter does not.
TEST(Schedule, OfMomentumDoesNotMoveTheMinimum) {
  const Group group = group_of(Kind::momentum, [](Group& g) {
    g.hyperparameters.momentum = 0.5f;
    g.hyperparameters.l1 = 0.3f;
  });
  constexpr int kSteps = 10'000;
  const auto raise = [](int t, TensorRun& run) {
    run.set([t](Hyperparameters& h) {
      h.momentum = std::min(0.99f, 0.5f + 0.49f * static_cast<float>(t) / 2000.0f);
    });
  };
  const Descent descent = descend(group, 0.7f, kSteps, raise);
  EXPECT_NEAR(descent.last, 0.7, 1e-5);
  EXPECT_GE(descent.lowest, 0.69);
}

TEST(Schedule, LateL1SettlesWithoutACrash) {
  const Group group =
      group_of(Kind::momentum, [](Group& g) { g.hyperparameters.momentum = 0.99f; });
  const auto switch_on = [](int t, TensorRun& run) {
    if (t == 1000) run.set([](Hyperparameters& h) { h.l1 = 0.3f; });
  };
  const Descent descent = descend(group, 1.0f, 10'000, switch_on);
  EXPECT_NEAR(descent.last, 0.7, 1e-5);
  EXPECT_GE(descent.lowest, 0.3);  // the ball's own swing about .7 is as far as it came from
}

Group ball(Kind optimizer, float radius) {
  return group_of(optimizer, [radius](Group& g) {
    g.hyperparameters.learning_rate = 0.0f;
    g.hyperparameters.max_norm = radius;
  });
}

TEST(MaxNorm, ClampsTheLongRowAndNoOther) {
  TensorRun run(ball(Kind::sgd, 2.0f), 3, 2, {3.0f, 4.0f, 0.3f, 0.4f, 0.0f, 0.0f});
  run.step(Floats(6, 0.0f));
  EXPECT_NEAR(run.weights()[0], 1.2, 4e-7);
  EXPECT_NEAR(run.weights()[1], 1.6, 4e-7);
  const Floats others(run.weights().begin() + 2, run.weights().end());
  EXPECT_EQ(bits(others), bits(Floats{0.3f, 0.4f, 0.0f, 0.0f}));
  EXPECT_EQ(run.plan().statistics().clamped_rows, 1U);
}

// Frameworks that multiply by c / (epsilon + norm) shrink a legal row at every step.
TEST(MaxNorm, ChangesNothingInAHundredThousandSteps) {
  for (const Kind optimizer : kAllOptimizers) {
    TensorRun run(ball(optimizer, 2.0f), 3, 2, {3.0f, 4.0f, 0.3f, 0.4f, 0.0f, 0.0f});
    const Floats zero(6, 0.0f);
    run.step(zero);
    run.set([](Hyperparameters& h) { h.learning_rate = 0.1f; });
    const Floats after_first = run.weights();
    for (int t = 0; t < 100'000; ++t) run.step(zero);
    EXPECT_EQ(bits(run.weights()), bits(after_first));
    EXPECT_EQ(run.plan().statistics().clamped_rows, 1U);
  }
}

// A threshold of eta group_lasso sqrt(|r|).
Group shrinkage(float threshold, float row_length) {
  return group_of(Kind::sgd, [=](Group& g) {
    g.hyperparameters.group_lasso = threshold / 0.1f / std::sqrt(row_length);
  });
}

TEST(GroupLasso, ShrinksTheLengthOfTheRow) {
  TensorRun run(shrinkage(1.0f, 2.0f), 1, 2, {3.0f, 4.0f});
  run.step(Floats(2, 0.0f));
  expect_near({run.weights()[0], run.weights()[1]}, {2.4, 3.2}, 5e-7);
}

TEST(GroupLasso, WithL1IsTheSparseGroup) {
  Group group = shrinkage(1.0f, 3.0f);
  group.hyperparameters.l1 = 5.0f;
  TensorRun run(group, 1, 3, {3.0f, -0.1f, 4.0f});
  run.step(Floats(3, 0.0f));
  expect_near({run.weights()[0], run.weights()[1], run.weights()[2]}, {1.918762, 0.0, 2.686266},
              6e-7);
  EXPECT_EQ(bits(run.weights()[1]), 0U);
}

// 1/2 sum a_i (w_i - b_i)^2 with unequal curvatures, under Adam. No gradient vanishes at the minima
// asked for, so that a constant rate comes to rest.
class UnequalCurvatures : public ::testing::Test {
 protected:
  static Quadratic quadratic() {
    Quadratic result{Matrix(3, 3), Matrix(1, 3)};
    const Vector curvature{1.0, 0.2, 0.05};
    for (std::size_t i = 0; i < 3; ++i) result.hessian(i, i) = curvature[i];
    result.target.values = {2.0, 3.0, -4.0};
    return result;
  }

  static Vector reached(const Group& group) {
    TensorRun run(group, 1, 3, {0.1f, 0.1f, -0.1f});
    for (int t = 0; t < 5000; ++t) {
      run.step(gradient(quadratic(), Vector(run.weights().begin(), run.weights().end())));
    }
    return {run.weights().begin(), run.weights().end()};
  }

  static Vector optimum(double group_lasso, double max_norm) {
    Hyper hyper;
    hyper.group_lasso = group_lasso;
    hyper.max_norm = max_norm;
    const ConvexResult result = minimise(quadratic(), hyper, Modes{}, neurons_in_rows(1, 3));
    EXPECT_LE(result.residual, 1e-12);
    return result.w;
  }
};

TEST_F(UnequalCurvatures, GroupUnderAdamReachesTheMinimum) {
  const Group group = group_of(Kind::adam, [](Group& g) { g.hyperparameters.group_lasso = 0.1f; });
  expect_near(reached(group), optimum(static_cast<double>(0.1f), HUGE_VAL), 1e-5);
}

TEST_F(UnequalCurvatures, ExactMaxNormUnderAdamReachesTheConstrainedMinimum) {
  const Group group = group_of(Kind::adam, [](Group& g) {
    g.hyperparameters.max_norm = 1.0f;
    g.modes.max_norm = rules::MaxNormMode::exact;
  });
  expect_near(reached(group), optimum(0.0, 1.0), 1e-5);
}

TEST_F(UnequalCurvatures, GroupAndExactMaxNormUnderAdamReachTheirMinimum) {
  const Group group = group_of(Kind::adam, [](Group& g) {
    g.hyperparameters.group_lasso = 0.1f;
    g.hyperparameters.max_norm = 1.0f;
    g.modes.max_norm = rules::MaxNormMode::exact;
  });
  expect_near(reached(group), optimum(static_cast<double>(0.1f), 1.0), 1e-5);
}

// All of Adam's steps are of one length, whatever the gradient: rescaled, the row ends with equal
// entries, far from the minimum. The documented price of the textbook's clamp.
TEST_F(UnequalCurvatures, RadialMaxNormUnderAdamLandsOnEqualEntries) {
  const Group group = group_of(Kind::adam, [](Group& g) { g.hyperparameters.max_norm = 1.0f; });
  const double equal = 1.0 / std::sqrt(3.0);
  const Vector w = reached(group);
  expect_near(w, {equal, equal, -equal}, 2e-5);
  EXPECT_GE(distance(w, optimum(0.0, 1.0)), 0.1);
}

}  // namespace
}  // namespace curb::testing
