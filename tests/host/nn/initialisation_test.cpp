// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Initial parameters: their moments, and what they depend on.
#include "host/nn/initialisation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace curb::nn {
namespace {

constexpr std::int64_t kFanIn = 400;
constexpr std::int64_t kFanOut = 300;

struct Moments {
  double mean = 0.0;
  double deviation = 0.0;
  double kurtosis = 0.0;  ///< 3 if normal, 1.8 if uniform
  double largest = 0.0;
};

Moments moments_of(const std::vector<float>& arena, const ParameterTensor& tensor) {
  const auto first = arena.begin() + static_cast<std::ptrdiff_t>(tensor.offset);
  const std::vector<double> values(first, first + static_cast<std::ptrdiff_t>(tensor.size()));
  const auto count = static_cast<double>(values.size());
  Moments m;
  for (const double v : values) m.mean += v / count;
  double second = 0.0;
  double fourth = 0.0;
  for (const double v : values) {
    const double d = v - m.mean;
    second += d * d / count;
    fourth += d * d * d * d / count;
    m.largest = std::max(m.largest, std::fabs(v));
  }
  m.deviation = std::sqrt(second);
  m.kurtosis = second > 0.0 ? fourth / (second * second) : 0.0;
  return m;
}

class InitialisationTest : public ::testing::Test {
 protected:
  void draw(Initialisation initialisation, std::uint64_t seed = 5) {
    const std::vector<float> arena = initial_parameters(layout, initialisation, seed);
    weight = moments_of(arena, layout.weight(0));
    bias = moments_of(arena, layout.bias(0));
  }
  void expect_normal(const Moments& m, double deviation, double count) {
    const double scale = 4.0 / std::sqrt(count);
    EXPECT_NEAR(m.mean, 0.0, scale * deviation);
    EXPECT_NEAR(m.deviation, deviation, scale * deviation / std::sqrt(2.0));
    EXPECT_NEAR(m.kurtosis, 3.0, scale * std::sqrt(24.0));
  }

  ParameterLayout layout = make_parameter_layout({{kFanIn, kFanOut}, {kFanOut, 20}});
  Moments weight;
  Moments bias;
  static constexpr double kWeights = static_cast<double>(kFanIn * kFanOut);
};

TEST_F(InitialisationTest, XavierIsUniformWithinGlorotsBound) {
  draw({Initialiser::xavier});
  const double bound = std::sqrt(6.0 / (kFanIn + kFanOut));
  EXPECT_LE(weight.largest, bound);
  EXPECT_GT(weight.largest, 0.999 * bound);
  EXPECT_NEAR(weight.deviation, bound / std::sqrt(3.0), 0.005 * bound);
  EXPECT_NEAR(weight.kurtosis, 1.8, 0.02);
  EXPECT_EQ(bias.largest, 0.0);
}

TEST_F(InitialisationTest, NormalInitialisersHaveTheirVariance) {
  draw({Initialiser::he});
  expect_normal(weight, std::sqrt(2.0 / kFanIn), kWeights);
  EXPECT_EQ(bias.largest, 0.0);
  draw({Initialiser::lecun});
  expect_normal(weight, std::sqrt(1.0 / kFanIn), kWeights);
  EXPECT_EQ(bias.largest, 0.0);
  draw({Initialiser::nielsen});
  expect_normal(weight, std::sqrt(1.0 / kFanIn), kWeights);
  expect_normal(bias, 1.0, kFanOut);
  draw({Initialiser::normal, 0.25f});
  expect_normal(weight, 0.25, kWeights);
  expect_normal(bias, 0.25, kFanOut);
}

TEST_F(InitialisationTest, DependsOnTheSeedAndOnNothingElse) {
  const std::vector<float> first = initial_parameters(layout, {Initialiser::he}, 1);
  EXPECT_EQ(initial_parameters(layout, {Initialiser::he}, 1), first);
  EXPECT_NE(initial_parameters(layout, {Initialiser::he}, 2), first);
  // A layer more does not change those below.
  const ParameterLayout deeper = make_parameter_layout({{kFanIn, kFanOut}, {kFanOut, 20}, {20, 3}});
  const std::vector<float> with_more = initial_parameters(deeper, {Initialiser::he}, 1);
  EXPECT_TRUE(std::equal(first.begin() + static_cast<std::ptrdiff_t>(layout.weight(0).offset),
                         first.begin() + static_cast<std::ptrdiff_t>(layout.weight(0).offset +
                                                                     layout.weight(0).size()),
                         with_more.begin() + static_cast<std::ptrdiff_t>(deeper.weight(0).offset)));
}

TEST_F(InitialisationTest, TensorsDifferAndGapsAreZero) {
  const ParameterLayout two = make_parameter_layout({{3, 5}, {5, 5}, {5, 5}});
  const std::vector<float> arena = initial_parameters(two, {Initialiser::nielsen}, 1);
  EXPECT_NE(arena[two.weight(1).offset], arena[two.weight(2).offset]);
  std::vector<bool> inside(two.size, false);
  for (const ParameterTensor& tensor : two.tensors) {
    std::fill_n(inside.begin() + static_cast<std::ptrdiff_t>(tensor.offset), tensor.size(), true);
  }
  for (std::size_t i = 0; i < two.size; ++i) {
    EXPECT_EQ(arena[i] != 0.0f, static_cast<bool>(inside[i])) << i;
  }
}

TEST_F(InitialisationTest, RefusesADeviationThatIsNone) {
  for (const float deviation :
       {-1.0f, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    EXPECT_THROW(initial_parameters(layout, {Initialiser::normal, deviation}, 1), Error);
  }
}

}  // namespace
}  // namespace curb::nn
