// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// The reference step and the network of the oracles against the oracles: after each of three steps
// under each of fourteen rules.
#include "tests/oracles/mlp_updates.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "tests/reference/reference.hpp"

namespace curb::testing {
namespace {

constexpr double kTolerance = 1e-14;

const MlpUpdates& updates() {
  static const MlpUpdates loaded = load_mlp_updates();
  return loaded;
}

double largest_difference(const MlpWeights& a, const MlpWeights& b) {
  double result = 0.0;
  for (std::size_t t = 0; t < a.size(); ++t) {
    for (std::size_t i = 0; i < a[t].values.size(); ++i) {
      result = std::max(result, std::abs(a[t].values[i] - b[t].values[i]));
    }
  }
  return result;
}

std::ptrdiff_t zeros(const Matrix& matrix) {
  return std::count(matrix.values.begin(), matrix.values.end(), 0.0);
}

TEST(MlpUpdates, HaveFourteenCasesOfTheStatedShapes) {
  ASSERT_EQ(updates().cases.size(), 14U);
  for (const Batch& batch : updates().batches) {
    EXPECT_EQ(batch.x.rows, 32U);
    EXPECT_EQ(batch.x.columns, 64U);
    ASSERT_EQ(batch.labels.size(), 32U);
    for (const std::size_t label : batch.labels) EXPECT_LT(label, 10U);
  }
  EXPECT_EQ(updates().initial[0].rows, 32U);
  EXPECT_EQ(updates().initial[2].rows, 10U);
  EXPECT_EQ(updates().initial[2].columns, 32U);
  EXPECT_EQ(zeros(updates().initial[0]), 56);  // at 0, 37, 74, ...
}

TEST(Mlp, GradientsAreThoseOfTheOracle) {
  const MlpWeights computed = gradients(updates().initial, updates().batches[0]);
  EXPECT_LE(largest_difference(computed, updates().first_gradient), 1e-15);
}

class MlpRule : public ::testing::TestWithParam<std::string> {};

TEST_P(MlpRule, ReferenceStepsLandOnTheOracle) {
  const auto& cases = updates().cases;
  const auto rule = std::find_if(cases.begin(), cases.end(),
                                 [](const MlpUpdateCase& c) { return c.name == GetParam(); });
  ASSERT_NE(rule, cases.end());
  MlpWeights weights = updates().initial;
  std::vector<State> states;
  for (const Matrix& tensor : weights) states.emplace_back(tensor.values);
  for (std::size_t k = 0; k < kMlpSteps; ++k) {
    SCOPED_TRACE("step " + std::to_string(k + 1));
    EXPECT_NEAR(loss(weights, updates().batches[k]), rule->losses[k], kTolerance);
    const MlpWeights g = gradients(weights, updates().batches[k]);
    for (std::size_t t = 0; t < weights.size(); ++t) {
      const bool bias = weights[t].rows == 1;
      const Layout layout = bias ? ungrouped(weights[t].columns)
                                 : neurons_in_rows(weights[t].rows, weights[t].columns);
      const Hyper& hyper = bias ? rule->bias_hyper : rule->weight_hyper;
      step(hyper, rule->modes, layout, g[t].values, states[t]);
      weights[t].values = states[t].w;
      EXPECT_EQ(zeros(weights[t]), zeros(rule->after[k][t])) << "tensor " << t;
    }
    EXPECT_LE(largest_difference(weights, rule->after[k]), kTolerance);
  }
}

constexpr std::array kRules = {"sgd",          "sgd_l2",      "sgd_l1_sign", "sgd_l1_prox",
                               "elastic_prox", "momentum_l2", "adamw"};

std::vector<std::string> with_and_without_max_norm() {
  std::vector<std::string> names(kRules.begin(), kRules.end());
  for (const std::string rule : kRules) names.push_back(rule + "__maxnorm");
  return names;
}

INSTANTIATE_TEST_SUITE_P(AllRules, MlpRule, ::testing::ValuesIn(with_and_without_max_norm()),
                         [](const ::testing::TestParamInfo<std::string>& rule) {
                           return rule.param;
                         });

}  // namespace
}  // namespace curb::testing
