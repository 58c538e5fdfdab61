// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The elementary functions against libm in double, over the ranges in which they are used.
#include <gtest/gtest.h>

#include <cmath>
#include <curb/rules/elementary.hpp>
#include <limits>
#include <numbers>

namespace curb::rules {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

struct WorstError {
  double relative = 0.0;
  double absolute = 0.0;
};

template <class Ours, class Exact>
WorstError worst_error(const Ours& ours, const Exact& exact, double low, double high) {
  constexpr int kPoints = 200'000;
  WorstError worst;
  for (int i = 0; i <= kPoints; ++i) {
    const auto x = static_cast<float>(low + (high - low) * i / kPoints);
    const double truth = exact(static_cast<double>(x));
    const double error = std::fabs(ours(x) - truth);
    worst.absolute = std::max(worst.absolute, error);
    if (truth != 0.0) worst.relative = std::max(worst.relative, error / std::fabs(truth));
  }
  return worst;
}

TEST(Elementary, Exponential) {
  const auto exact = [](double x) { return std::exp(x); };
  EXPECT_LT(worst_error(exponential, exact, -86.9, 88.7).relative, 1.2e-7);
  EXPECT_LT(worst_error(exponential, exact, -1.0, 1.0).relative, 1.2e-7);
  EXPECT_EQ(exponential(0.0f), 1.0f);
  EXPECT_EQ(exponential(-87.1f), 0.0f);
  EXPECT_EQ(exponential(-kInfinity), 0.0f);
  EXPECT_EQ(exponential(88.8f), kInfinity);
  EXPECT_EQ(exponential(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(exponential(kNaN)));
}

TEST(Elementary, Logarithm) {
  const auto exact = [](double x) { return std::log(x); };
  const auto ours = [](float x) { return logarithm(x); };
  EXPECT_LT(worst_error(ours, exact, 1e-7, 1.0).relative, 1.5e-7);
  EXPECT_LT(worst_error(ours, exact, 0.99, 1.01).relative, 1.5e-7);
  EXPECT_LT(worst_error(ours, exact, 1.0, 1e6).relative, 1.5e-7);
  EXPECT_EQ(logarithm(1.0f), 0.0f);
}

TEST(Elementary, LogarithmInDouble) {
  double worst = 0.0;
  for (double x = 1e-300; x < 1e300; x *= 1.37) {
    const double truth = std::log(x);
    worst = std::max(worst, std::fabs(logarithm(x) - truth) / std::max(std::fabs(truth), 1.0));
  }
  for (double x = 0.5; x < 2.0; x += 0x1p-16) {
    worst = std::max(worst, std::fabs(logarithm(x) - std::log(x)));
  }
  EXPECT_LT(worst, 1e-15);
  EXPECT_EQ(logarithm(1.0), 0.0);
  EXPECT_EQ(logarithm(std::numeric_limits<double>::infinity()),
            std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(logarithm(std::numeric_limits<double>::quiet_NaN())));
}

TEST(Elementary, Sigmoid) {
  const auto exact = [](double x) { return 1.0 / (1.0 + std::exp(-x)); };
  EXPECT_LT(worst_error(sigmoid, exact, -86.0, 86.0).relative, 2e-7);
  EXPECT_EQ(sigmoid(0.0f), 0.5f);
  EXPECT_EQ(sigmoid(-kInfinity), 0.0f);
  EXPECT_EQ(sigmoid(kInfinity), 1.0f);
  EXPECT_TRUE(std::isnan(sigmoid(kNaN)));
}

TEST(Elementary, HyperbolicTangent) {
  const auto exact = [](double x) { return std::tanh(x); };
  EXPECT_LT(worst_error(hyperbolic_tangent, exact, -12.0, 12.0).relative, 2e-7);
  EXPECT_LT(worst_error(hyperbolic_tangent, exact, -0.7, 0.7).relative, 2e-7);
  EXPECT_EQ(hyperbolic_tangent(-kInfinity), -1.0f);
  EXPECT_EQ(hyperbolic_tangent(kInfinity), 1.0f);
  EXPECT_TRUE(std::isnan(hyperbolic_tangent(kNaN)));
}

TEST(Elementary, NormalDistribution) {
  const auto exact = [](double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); };
  const auto ours = [](float x) { return normal(x).cumulative; };
  EXPECT_LT(worst_error(ours, exact, -12.0, 6.0).absolute, 2e-7);
  EXPECT_LT(worst_error(ours, exact, -4.0, 6.0).relative, 1e-6);  // x^2 / 2 is rounded before exp
  const auto density = [](double x) {
    return std::exp(-0.5 * x * x) / std::sqrt(2.0 * std::numbers::pi);
  };
  EXPECT_LT(worst_error([](float x) { return normal(x).density; }, density, -6.0, 6.0).absolute,
            1e-7);
  EXPECT_TRUE(std::isnan(normal(kNaN).cumulative));
}

TEST(Elementary, SineAndCosineOfTurns) {
  constexpr double kTurn = 2.0 * std::numbers::pi;
  const auto sine = [](float x) { return sine_cosine_of_turns(x).sine; };
  const auto cosine = [](float x) { return sine_cosine_of_turns(x).cosine; };
  EXPECT_LT(worst_error(
                sine, [](double x) { return std::sin(kTurn * x); }, 0.0, 1.0)
                .absolute,
            1e-7);
  EXPECT_LT(worst_error(
                cosine, [](double x) { return std::cos(kTurn * x); }, 0.0, 1.0)
                .absolute,
            1e-7);
  EXPECT_EQ(sine(0.25f), 1.0f);
  EXPECT_EQ(cosine(0.5f), -1.0f);
  EXPECT_EQ(cosine(0.75f), 0.0f);
}

}  // namespace
}  // namespace curb::rules
