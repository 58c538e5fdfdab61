// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The trainer itself on CUDA: the digits, from the data to the kept model, beside the CPU.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "host/data/open.hpp"
#include "host/train/trainer.hpp"
#include "tests/host/backend/backends.hpp"

namespace curb::testing {
namespace {

train::Settings settings() {
  train::Settings s;
  s.data = "digits";
  s.data_options.validation = "0.2";
  s.hidden = {12};
  s.batch = 200;
  s.epochs = 2;
  s.update.learning_rate = 0.1f;
  s.update.l1 = 1e-4f;
  s.update.l1_schedule.from = {.amount = 3.0};
  s.update.learning_rate_schedule = {.kind = train::ScheduleKind::cosine, .end = 0.01};
  s.update.max_norm = 1.5f;
  s.class_weights = train::ClassWeights{.balanced = true};
  s.random_shift = 1.0f;
  s.random_rotation = 10.0f;
  s.hidden_dropout = 0.2f;
  s.input_noise = 0.05f;
  resolve(s);
  return s;
}

class TrainerTest : public BackendTest {};

TEST_P(TrainerTest, TrainsOnDigitsAsTheCpuDoes) {
  const train::Settings run = settings();
  const data::DataSets digits = data::open_data(run.data, run.data_options);
  const train::Outcome expected = train::train(run, digits, *backend::make_cpu_backend(1));
  const train::Outcome outcome = train::train(run, digits, *on);

  EXPECT_EQ(outcome.ending, train::Ending::all_epochs);
  EXPECT_EQ(outcome.steps, expected.steps);
  EXPECT_NEAR(outcome.train.loss, expected.train.loss, 1e-5 * expected.train.loss);
  EXPECT_NEAR(outcome.test->loss, expected.test->loss, 1e-5 * expected.test->loss);
  EXPECT_NEAR(outcome.penalty, expected.penalty, 1e-5 * expected.penalty);
  ASSERT_EQ(outcome.model.layers.size(), expected.model.layers.size());
  for (std::size_t i = 0; i < outcome.model.layers.size(); ++i) {
    const std::vector<float>& weight = outcome.model.layers[i].weight;
    const std::vector<float>& reference = expected.model.layers[i].weight;
    float largest = 0.0f;
    for (const float w : reference) largest = std::max(largest, std::fabs(w));
    for (std::size_t k = 0; k < weight.size(); ++k) {
      ASSERT_NEAR(weight[k], reference[k], 1e-5f * largest) << "layer " << i << ", weight " << k;
    }
  }
}

CURB_ON_EVERY_BACKEND(TrainerTest);

}  // namespace
}  // namespace curb::testing
