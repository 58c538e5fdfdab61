// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Networks without a hidden layer are convex problems, whose answer is unique: training must land
// on it, and with a tolerance must notice by itself that it has.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <ostream>
#include <string>
#include <vector>

#include "host/data/digits.hpp"
#include "host/train/trainer.hpp"

namespace curb::train {
namespace {

using Floats = std::vector<float>;

Settings full_batch(std::int64_t epochs) {
  Settings settings;
  settings.data = "data";
  settings.hidden = {};
  settings.batch = 0;
  settings.epochs = epochs;
  settings.metrics_every = 50;
  return settings;
}

Outcome solve(Settings settings, const data::DataSets& data) {
  settings.data_options.task = data.train.schema.task;
  resolve(settings);
  return train(settings, data, *backend::make_cpu_backend(1));
}

std::size_t nonzeros(const Outcome& outcome) {
  return outcome.layers[0].weights - outcome.layers[0].zeros;
}

/// Columns of +-1 that are orthogonal to each other and to a constant, so that each coefficient of
/// a lasso is a soft-thresholded mean: of x y over the rows.
data::DataSets orthogonal_table() {
  data::DataSets sets;
  sets.train.schema = {.task = data::Task::regression,
                       .feature_names = {"a", "b", "c"},
                       .target_names = {"y"},
                       .class_names = {}};
  sets.train.rows = 8;
  sets.train.columns = 3;
  for (int row = 0; row < 8; ++row) {
    const float a = (row & 1) != 0 ? 1.0f : -1.0f;
    const float b = (row & 2) != 0 ? 1.0f : -1.0f;
    const float c = (row & 4) != 0 ? 1.0f : -1.0f;
    sets.train.features.insert(sets.train.features.end(), {a, b, c});
    sets.train.targets.push_back(10.0f + 3.0f * a - 0.5f * b + 2.0f * c + a * b);
  }
  return sets;
}

class Lasso : public ::testing::TestWithParam<Optimizer> {};

TEST_P(Lasso, IsASoftThresholdWhereColumnsAreOrthogonal) {
  Settings settings = full_batch(100000);
  settings.optimizer = GetParam();
  settings.update.l1 = 1.0f;
  settings.update.l2 = 0.25f;
  settings.update.l2_mode = L2Mode::prox;
  settings.tolerance = 1e-6;
  if (settings.optimizer == Optimizer::adam) settings.update.learning_rate = 0.01f;
  if (settings.optimizer == Optimizer::adagrad) settings.update.learning_rate = 5.0f;
  if (settings.optimizer == Optimizer::rmsprop) {  // whose steps do not shrink by themselves
    settings.update.learning_rate = 0.1f;
    settings.update.learning_rate_schedule = {
        .kind = ScheduleKind::exponential, .every = Span{200.0}, .factor = 0.5};
  }
  const Outcome outcome = solve(settings, orthogonal_table());
  EXPECT_EQ(outcome.ending, Ending::tolerance);
  EXPECT_LE(*outcome.relative_residual, 1e-6);
  const ModelLayer& layer = outcome.model.layers[0];
  EXPECT_NEAR(layer.weight[0], 2.0f / 1.25f, 1e-4);
  EXPECT_EQ(layer.weight[1], 0.0f);
  EXPECT_NEAR(layer.weight[2], 1.0f / 1.25f, 1e-4);
  EXPECT_NEAR(layer.bias[0], 10.0f, 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Optimizers, Lasso,
                         ::testing::Values(Optimizer::sgd, Optimizer::momentum, Optimizer::nesterov,
                                           Optimizer::adagrad, Optimizer::rmsprop,
                                           Optimizer::adam));

TEST(Convex, AnUnfinishedRunSaysSo) {
  Settings settings = full_batch(50);
  settings.update.l1 = 1.0f;
  settings.update.learning_rate = 1e-4f;
  settings.tolerance = 1e-6;
  const Outcome outcome = solve(settings, orthogonal_table());
  EXPECT_EQ(outcome.ending, Ending::all_epochs);
  EXPECT_GT(*outcome.relative_residual, 0.1);
}

TEST(Convex, TheResidualIsThatOfAllRowsWhateverTheBatch) {
  Settings settings = full_batch(1);
  settings.update.learning_rate = 1e-30f;  // the initial weights stay
  settings.tolerance = 1e-300;
  const Outcome whole = solve(settings, orthogonal_table());
  settings.batch = 3;
  const Outcome parts = solve(settings, orthogonal_table());
  EXPECT_GT(*whole.residual, 1.0);
  EXPECT_NEAR(*parts.residual, *whole.residual, 1e-5);
}

// Softmax regression on the digits, the pixels divided by 16, 1,347 rows. The optima are those of
// an independent solver in double (Newton's method for l2, FISTA and then an active-set Newton for
// l1), confirmed by scikit-learn's SAGA to 1e-15.
data::DataSets digits() {
  data::TrainTest digits = data::load_digits();
  data::DataSets sets;
  sets.train = std::move(digits.train);
  sets.test = std::move(digits.test);
  return sets;
}

Settings softmax_regression() {
  Settings settings = full_batch(20000);
  settings.update.learning_rate = 0.3f;
  settings.tolerance = 2e-5;
  return settings;
}

TEST(Convex, FindsTheSparseOptimumOfTheDigits) {
  Settings settings = softmax_regression();
  settings.update.l1 = 1e-3f;
  const Outcome outcome = solve(settings, digits());
  EXPECT_EQ(outcome.ending, Ending::tolerance);
  EXPECT_NEAR(outcome.train.loss + outcome.penalty, 0.3098435730, 1e-5);
  EXPECT_NEAR(static_cast<double>(nonzeros(outcome)), 148.0, 3.0);
  EXPECT_NEAR(*outcome.test->accuracy, 0.9088888889, 0.003);
}

TEST(Convex, TheSubgradientOfL1LeavesNoZeros) {
  Settings settings = softmax_regression();
  settings.update.l1 = 1e-3f;
  settings.update.l1_mode = L1Mode::sign;
  settings.tolerance = 0.0;
  settings.epochs = 5000;
  EXPECT_GE(nonzeros(solve(settings, digits())), 630u);
}

TEST(Convex, FindsTheRidgeOptimumOfTheDigits) {
  for (const L2Mode mode : {L2Mode::coupled, L2Mode::prox}) {
    Settings settings = softmax_regression();
    settings.update.l2 = 1e-3f;
    settings.update.l2_mode = mode;
    const Outcome outcome = solve(settings, digits());
    EXPECT_EQ(outcome.ending, Ending::tolerance);
    EXPECT_NEAR(outcome.train.loss + outcome.penalty, 0.2356121688, 1e-5);
    EXPECT_NEAR(*outcome.test->accuracy, 0.9155555556, 0.003);
  }
}

// The diabetes data of Efron, Hastie, Johnstone and Tibshirani (2004), 442 rows, carry no licence,
// so the file is the user's: CURB_TEST_DIABETES names it. The coefficients are those of an active
// set, solved exactly in double; scikit-learn finds the same to 1e-8.
struct Solution {
  const char* name;
  float l1;
  float l2;
  Floats coefficients;
  double objective;
};

void PrintTo(const Solution& solution, std::ostream* out) { *out << solution.name; }

class Diabetes : public ::testing::TestWithParam<Solution> {};

TEST_P(Diabetes, HasTheCoefficientsOfTheExactSolution) {
  const char* const path = std::getenv("CURB_TEST_DIABETES");
  if (path == nullptr) GTEST_SKIP() << "CURB_TEST_DIABETES names no diabetes.csv";
  data::DataOptions options;
  options.task = data::Task::regression;
  options.standardize = true;
  const data::DataSets sets = data::open_data(path, options);
  const Solution& solution = GetParam();
  Settings settings = full_batch(20000);
  settings.update.learning_rate = 0.1f;
  settings.update.l1 = solution.l1;
  settings.update.l2 = solution.l2;
  settings.tolerance = 1e-6;
  const Outcome outcome = solve(settings, sets);

  EXPECT_EQ(outcome.ending, Ending::tolerance);
  EXPECT_NEAR(outcome.train.loss + outcome.penalty, solution.objective, 1e-2);
  const ModelLayer& layer = outcome.model.layers[0];
  EXPECT_NEAR(layer.bias[0], 152.133484, 1e-2);
  ASSERT_EQ(layer.weight.size(), solution.coefficients.size());
  for (std::size_t i = 0; i < layer.weight.size(); ++i) {
    EXPECT_NEAR(layer.weight[i], solution.coefficients[i], 1e-2)
        << sets.train.schema.feature_names[i];
    EXPECT_EQ(layer.weight[i] == 0.0f, solution.coefficients[i] == 0.0f)
        << sets.train.schema.feature_names[i];
  }
}

INSTANTIATE_TEST_SUITE_P(
    Penalties, Diabetes,
    ::testing::Values(Solution{"Lasso",
                               1.0f,
                               0.0f,
                               {0, -9.31933f, 24.831504f, 14.088986f, -4.838946f, 0, -10.622756f, 0,
                                24.420933f, 2.561876f},
                               1533.768717},
                      Solution{"ElasticNet",
                               0.5f,
                               0.5f,
                               {0.637825f, -5.691797f, 18.097527f, 11.405596f, -0.240975f,
                                -2.366427f, -8.221762f, 5.297135f, 15.448213f, 5.057307f},
                               1779.356206},
                      Solution{"Ridge",
                               0.0f,
                               1.0f,
                               {1.40156f, -3.955246f, 14.571711f, 9.590453f, 0.281092f, -1.403909f,
                                -7.231819f, 5.57995f, 12.506984f, 5.321539f},
                               1923.143782}),
    [](const auto& solution) { return std::string(solution.param.name); });

}  // namespace
}  // namespace curb::train
