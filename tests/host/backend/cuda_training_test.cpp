// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Training on CUDA beside training on the CPU. Masks are the same bits and elements are treated
// alike; matrix products and sums over rows add in another order, and that is all that may show:
// within 1e-5 of the largest weight after 20 steps, on the emulator and on a GPU.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "tests/host/backend/backends.hpp"
#include "tests/host/backend/small_training.hpp"

namespace curb::testing {
namespace {

constexpr std::int64_t kEpochs = 4;

float largest(const std::vector<float>& values) {
  float result = 0.0f;
  for (const float value : values) result = std::max(result, std::fabs(value));
  return result;
}

class TrainingTest : public BackendTest {};

TEST_P(TrainingTest, FollowsTheCpu) {
  const std::unique_ptr<backend::Backend> cpu = backend::make_cpu_backend(1);
  SmallTraining reference(*cpu);
  SmallTraining training(*on);
  const std::vector<float> initial = training.parameters();
  EXPECT_EQ(initial, reference.parameters());
  float worst = 0.0f;
  for (std::int64_t epoch = 1; epoch <= kEpochs; ++epoch) {
    reference.run_epoch(epoch);
    training.run_epoch(epoch);
    std::vector<float> difference = training.parameters();
    const std::vector<float> expected = reference.parameters();
    for (std::size_t i = 0; i < expected.size(); ++i) difference[i] -= expected[i];
    worst = std::max(worst, largest(difference) / largest(expected));
    ASSERT_LT(worst, 1e-5f) << "in epoch " << epoch;

    const backend::LossSum sum = training.steps().losses();
    const backend::LossSum expected_sum = reference.steps().losses();
    EXPECT_NEAR(sum.loss, expected_sum.loss, 1e-5 * expected_sum.loss);
    EXPECT_EQ(sum.samples, static_cast<std::uint64_t>(SmallTraining::kRows));
    EXPECT_EQ(sum.correct, expected_sum.correct);
  }
  EXPECT_GT(training.plan().statistics(on->stream()).clamped_rows, 0u) << "max-norm never bound";
  EXPECT_NE(training.parameters(), initial);
  std::printf("largest difference from the CPU in 20 steps: %.1e of the largest weight\n",
              static_cast<double>(worst));
}

TEST_P(TrainingTest, GivesTheSameBitsTwice) {
  SmallTraining first(*on);
  SmallTraining second(*on);
  for (std::int64_t epoch = 1; epoch <= kEpochs; ++epoch) first.run_epoch(epoch);
  for (std::int64_t epoch = 1; epoch <= kEpochs; ++epoch) second.run_epoch(epoch);
  EXPECT_EQ(first.parameters(), second.parameters());
  EXPECT_EQ(first.steps().losses().loss, second.steps().losses().loss);
}

CURB_ON_EVERY_BACKEND(TrainingTest);

}  // namespace
}  // namespace curb::testing
