// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Each conversion against the other side's whole objective, as its documentation states it: its
// slope, taken numerically, must be that of ours times one constant.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <curb/rules/conventions.hpp>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace curb::testing {
namespace {

using rules::Penalties;
using Objective = std::function<double(double)>;

// One weight on a few samples; n is also the batch where a convention divides by that.
const std::vector<double> kX = {0.5, -1.2, 2.0, 0.3, -0.7};
const std::vector<double> kY = {1.0, -1.0, 1.0, 1.0, -1.0};
constexpr int kN = 5;

double sum_of_squares(double w) {
  double sum = 0.0;
  for (std::size_t i = 0; i < kX.size(); ++i) sum += (kY[i] - kX[i] * w) * (kY[i] - kX[i] * w);
  return sum;
}

double sum_of_logistic_losses(double w) {
  double sum = 0.0;
  for (std::size_t i = 0; i < kX.size(); ++i) sum += std::log1p(std::exp(-kY[i] * kX[i] * w));
  return sum;
}

double mean_half_square(double w) { return sum_of_squares(w) / (2.0 * kN); }
double mean_logistic_loss(double w) { return sum_of_logistic_losses(w) / kN; }

double slope(const Objective& f, double w) {
  constexpr double kStep = 1e-5;
  return (f(w + kStep) - f(w - kStep)) / (2.0 * kStep);
}

struct Case {
  std::string name;
  Objective theirs;     // what the other side minimises
  double times = 1.0;   // theirs is this constant times ours
  Objective mean_loss;  // ours, without the penalty
  Penalties ours;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

std::vector<Case> cases() {
  constexpr double kLambda = 0.7;
  const auto mean_plus = [](const Objective& penalty) -> Objective {
    return [penalty](double w) { return mean_half_square(w) + penalty(w); };
  };
  std::vector<Case> result;
  const auto add = [&](const char* name, const Objective& penalty, Penalties ours) {
    result.push_back({name, mean_plus(penalty), 1.0, mean_half_square, ours});
  };
  add(
      "half_squared", [](double w) { return kLambda / 2.0 * w * w; },
      rules::from_half_squared(kLambda));
  add(
      "squared", [](double w) { return kLambda * w * w; }, rules::from_squared(kLambda));
  add(
      "nielsen_l2", [](double w) { return kLambda / (2.0 * kN) * w * w; },
      rules::from_nielsen_l2(kLambda, kN));
  add(
      "nielsen_l1", [](double w) { return kLambda / kN * std::abs(w); },
      rules::from_nielsen_l1(kLambda, kN));
  add(
      "batch_squared", [](double w) { return kLambda / kN * w * w; },
      rules::from_batch_squared(kLambda, kN));
  add(
      "batch_absolute", [](double w) { return kLambda / kN * std::abs(w); },
      rules::from_batch_absolute(kLambda, kN));
  add(
      "elastic_net", [](double w) { return 0.3 * std::abs(w) + kLambda * w * w; },
      rules::from_elastic_net(0.3, kLambda));
  add(
      "sklearn_elastic_net",
      [](double w) { return kLambda * 0.4 * std::abs(w) + 0.5 * kLambda * 0.6 * w * w; },
      rules::from_sklearn_elastic_net(kLambda, 0.4));
  add(
      "sklearn_mlp", [](double w) { return kLambda / (2.0 * kN) * w * w; },
      rules::from_sklearn_mlp(kLambda, kN));
  result.push_back({"sklearn_ridge", [](double w) { return sum_of_squares(w) + kLambda * w * w; },
                    2.0 * kN, mean_half_square, rules::from_sklearn_ridge(kLambda, kN)});
  result.push_back({"sklearn_logistic_l2",
                    [](double w) { return kLambda * sum_of_logistic_losses(w) + 0.5 * w * w; },
                    kLambda * kN, mean_logistic_loss,
                    rules::from_sklearn_logistic_l2(kLambda, kN)});
  result.push_back({"sklearn_logistic_l1",
                    [](double w) { return kLambda * sum_of_logistic_losses(w) + std::abs(w); },
                    kLambda * kN, mean_logistic_loss,
                    rules::from_sklearn_logistic_l1(kLambda, kN)});
  return result;
}

class Convention : public ::testing::TestWithParam<Case> {};

TEST_P(Convention, HasTheSlopeOfTheirObjective) {
  const Case& c = GetParam();
  for (const double w : {-1.7, -0.4, 0.25, 1.1, 3.0}) {
    const double penalty_slope = c.ours.l1 * (w > 0.0 ? 1.0 : -1.0) + c.ours.l2 * w;
    EXPECT_NEAR(slope(c.theirs, w), c.times * (slope(c.mean_loss, w) + penalty_slope), 1e-8)
        << "w " << w;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Convention, ::testing::ValuesIn(cases()),
                         [](const ::testing::TestParamInfo<Case>& c) { return c.param.name; });

// The ratio moves the whole of alpha from one penalty to the other.
TEST(Conventions, LassoAndRidgeAreTheEndsOfTheElasticNet) {
  EXPECT_EQ(rules::from_sklearn_elastic_net(0.7, 1.0).l1, 0.7);
  EXPECT_EQ(rules::from_sklearn_elastic_net(0.7, 1.0).l2, 0.0);
  EXPECT_EQ(rules::from_sklearn_elastic_net(0.7, 0.0).l1, 0.0);
  EXPECT_EQ(rules::from_sklearn_elastic_net(0.7, 0.0).l2, 0.7);
}

}  // namespace
}  // namespace curb::testing
