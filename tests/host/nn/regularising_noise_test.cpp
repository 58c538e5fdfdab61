// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Noise as a penalty. On a linear model with the loss 1/2 (y - x w)^2, dropping inputs with
// probability p (inverted, keeping q = 1 - p) adds in expectation p/q 1/2 sum_j w_j^2 mean_i x_ij^2
// (Srivastava et al. 2014, section 9.1), and Gaussian noise of deviation sigma on the inputs adds
// sigma^2/2 |w|^2 (Bishop 1995).
#include <gtest/gtest.h>

#include <cmath>

#include "host/nn/network.hpp"
#include "tests/host/backend/backends.hpp"
#include "tests/host/backend/values.hpp"

namespace curb::testing {
namespace {

using backend::Buffer;
using backend::Clock;
using backend::LossSum;
using nn::Network;
using nn::NetworkDescription;

constexpr std::size_t kInputs = 6;
constexpr std::size_t kRows = 40;
constexpr int kSteps = 4000;

/// The mean of the weights' gradient over many steps, and its standard error.
struct MeanGradient {
  std::vector<double> mean = std::vector<double>(kInputs, 0.0);
  std::vector<double> error = std::vector<double>(kInputs, 0.0);
};

class RegularisingNoiseTest : public BackendTest {
 protected:
  MeanGradient mean_gradient(float input_noise, float input_dropout) {
    const NetworkDescription description{
        .layers = {{static_cast<std::int64_t>(kInputs), 1, backend::Activation::identity}},
        .loss = backend::Loss::quadratic,
        .input_noise = input_noise,
        .input_dropout = input_dropout};
    Network network(*on, description, kRows, 99);
    std::vector<float> arena(network.layout().size, 0.0f);
    const std::size_t first = network.layout().weight(0).offset;
    std::copy(w.begin(), w.end(), arena.begin() + static_cast<std::ptrdiff_t>(first));
    network.parameters().upload(arena);
    const Buffer<float> input = upload(x);
    const Buffer<float> target = upload(y);
    Buffer<Clock> clock(*on, 1);
    Buffer<LossSum> sum(*on, 1);
    MeanGradient result;
    for (int step = 0; step < kSteps; ++step) {
      network.compute_gradients(input.data(), {.values = target.data()}, kRows, clock.data(),
                                sum.data());
      on->advance(clock.data(), 0);
      const std::vector<float> gradient = network.gradients().download();
      for (std::size_t j = 0; j < kInputs; ++j) {
        result.mean[j] += gradient[first + j];
        result.error[j] += static_cast<double>(gradient[first + j]) * gradient[first + j];
      }
    }
    for (std::size_t j = 0; j < kInputs; ++j) {
      result.mean[j] /= kSteps;
      const double variance = result.error[j] / kSteps - result.mean[j] * result.mean[j];
      result.error[j] = std::sqrt(variance / kSteps);
    }
    return result;
  }

  /// Without noise: mean_i (x_i w - y_i) x_ij.
  double plain_gradient(std::size_t j) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < kRows; ++i) {
      double residual = -y[i];
      for (std::size_t k = 0; k < kInputs; ++k) {
        residual += static_cast<double>(x[i * kInputs + k]) * w[k];
      }
      sum += residual * x[i * kInputs + j];
    }
    return sum / kRows;
  }
  double mean_square(std::size_t j) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < kRows; ++i) {
      sum += static_cast<double>(x[i * kInputs + j]) * x[i * kInputs + j];
    }
    return sum / kRows;
  }

  static void expect_penalty(double penalty, double measured, double error) {
    EXPECT_NEAR(measured, penalty, 5.0 * error);
    EXPECT_GT(std::fabs(penalty), 20.0 * error) << "the test must be able to see the penalty";
  }

  std::vector<float> x = random_values(kRows * kInputs, 31);
  std::vector<float> y = random_values(kRows, 32);
  std::vector<float> w = {1.0f, -1.5f, 2.0f, -1.0f, 1.5f, -2.0f};
};

TEST_P(RegularisingNoiseTest, InputDropoutIsAScaledRidgePenalty) {
  constexpr double kKeep = 0.7;
  const MeanGradient gradient = mean_gradient(0.0f, 0.3f);
  for (std::size_t j = 0; j < kInputs; ++j) {
    SCOPED_TRACE(j);
    expect_penalty((1.0 - kKeep) / kKeep * mean_square(j) * w[j],
                   gradient.mean[j] - plain_gradient(j), gradient.error[j]);
  }
}

TEST_P(RegularisingNoiseTest, GaussianInputNoiseIsARidgePenalty) {
  constexpr double kDeviation = 0.6;
  const MeanGradient gradient = mean_gradient(0.6f, 0.0f);
  for (std::size_t j = 0; j < kInputs; ++j) {
    SCOPED_TRACE(j);
    expect_penalty(kDeviation * kDeviation * w[j], gradient.mean[j] - plain_gradient(j),
                   gradient.error[j]);
  }
}

CURB_ON_EVERY_BACKEND(RegularisingNoiseTest);

}  // namespace
}  // namespace curb::testing
