// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What is chosen by times: whatever they say, the training is the same but for the last bits, and a
// run that is given the choices of another gives its very bits. The emulator tells the times.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <sstream>
#include <string>

#include "host/backend/cuda_backend.hpp"
#include "host/backend/cuda_matrix_product.hpp"
#include "tests/host/backend/small_training.hpp"
#include "tests/simt/simt.hpp"

namespace curb::testing {
namespace {

using backend::Activation;
using backend::Backend;
using backend::Buffer;

constexpr std::size_t kTrials = 4000;
constexpr SmallTrainingOptions kRelu{.first = Activation::relu, .second = Activation::relu};

/// Times by which each trial is as likely as any other to be the fastest.
std::vector<float> random_times(unsigned seed) { return random_values(kTrials, seed, 1.0f, 2.0f); }

struct Trained {
  std::vector<float> parameters;
  std::string tuning;
};

Trained train_relu(Backend& on, const std::string& tuning = {}) {
  on.restore_tuning(tuning);
  SmallTraining training(on, kRelu);
  for (std::int64_t epoch = 1; epoch <= 4; ++epoch) training.run_epoch(epoch);
  return {training.parameters(), on.tuning()};
}

Trained train_by_times(unsigned seed, const std::string& tuning = {}) {
  const simt::ToldTimes times(random_times(seed));
  return train_relu(*backend::make_cuda_backend(0), tuning);
}

/// The epilogues that were chosen: the last number of the lines that say so.
std::set<int> epilogues(const std::string& tuning) {
  std::istringstream in(tuning);
  std::string line;
  std::getline(in, line);
  std::getline(in, line);
  std::set<int> found;
  for (int lines = std::stoi(line); lines > 0; --lines) {
    std::getline(in, line);
    found.insert(std::stoi(line.substr(line.rfind(' '))));
  }
  return found;
}

float difference(const std::vector<float>& a, const std::vector<float>& b) {
  float worst = 0.0f, largest = 0.0f;
  for (std::size_t i = 0; i < a.size(); ++i) {
    worst = std::max(worst, std::fabs(a[i] - b[i]));
    largest = std::max(largest, std::fabs(b[i]));
  }
  return worst / largest;
}

constexpr unsigned kSeeds = 6;

TEST(CudaTuning, WhateverIsChosenFollowsTheCpu) {
  const Trained expected = train_relu(*backend::make_cpu_backend(1));
  std::set<int> seen;
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    const Trained trained = train_by_times(seed);
    EXPECT_LT(difference(trained.parameters, expected.parameters), 1e-5f) << "seed " << seed;
    seen.merge(epilogues(trained.tuning));
  }
  using backend::Epilogue;
  for (const Epilogue epilogue : {Epilogue::none, Epilogue::bias, Epilogue::bias_relu,
                                  Epilogue::bias_relu_mask, Epilogue::bias_gradient}) {
    EXPECT_EQ(seen.count(static_cast<int>(epilogue)), 1u) << static_cast<int>(epilogue);
  }
}

TEST(CudaTuning, TheSameChoicesGiveTheSameBits) {
  int others = 0;
  for (unsigned seed = 1; seed <= 2; ++seed) {
    const Trained first = train_by_times(seed);
    const Trained again = train_by_times(seed + 100, first.tuning);
    EXPECT_EQ(again.parameters, first.parameters);
    EXPECT_EQ(again.tuning, first.tuning);
    others += train_by_times(seed + 100).parameters != first.parameters;
  }
  EXPECT_GT(others, 0) << "choices never showed";
}

TEST(CudaTuning, ChosenOnceIsNotTriedAgain) {
  const std::unique_ptr<Backend> on = backend::make_cuda_backend(0);
  const SmallTraining first(*on, kRelu);
  const std::string tuning = on->tuning();
  simt::reset_counts();
  const SmallTraining second(*on, kRelu);
  EXPECT_EQ(simt::counts().graph_launches, 0);
  EXPECT_EQ(on->tuning(), tuning);
}

/// The stand-in's second algorithm turns a NaN into zero where it has a ReLU of its own.
TEST(CudaTuning, AReluThatLosesNanIsNotTaken) {
  const std::unique_ptr<Backend> on = backend::make_cuda_backend(0);
  Buffer<float> input(*on, 4), weight(*on, 12), bias(*on, 3), output(*on, 3);
  std::unique_ptr<backend::Recording> recording;
  {
    // Of the two algorithms for each way, the second is the faster, and all are with the epilogue.
    const simt::ToldTimes times({4, 4, 4, 3, 3, 3, 2, 2, 2, 1});
    recording = on->record([&] {
      on->dense_forward({.rows = 1,
                         .fan_in = 4,
                         .fan_out = 3,
                         .input = input.data(),
                         .weight = weight.data(),
                         .bias = bias.data(),
                         .activation = Activation::relu,
                         .output = output.data()});
    });
  }
  EXPECT_EQ(epilogues(on->tuning()),
            (std::set<int>{static_cast<int>(backend::Epilogue::bias_relu)}));
  input.upload(std::vector<float>(4, std::numeric_limits<float>::quiet_NaN()));
  recording->replay();
  for (const float y : output.download()) EXPECT_TRUE(std::isnan(y));
}

}  // namespace
}  // namespace curb::testing
