// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Reports that come while the next epoch is under way, on an emulated device that lags behind as
// far as it may: nothing of a run depends on when they come, and none is waited for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "host/backend/cuda_backend.hpp"
#include "host/train/trainer.hpp"
#include "tests/host/train/killed_training.hpp"
#include "tests/simt/simt.hpp"

namespace curb::testing {
namespace {

constexpr std::int64_t kStepsPerEpoch = 5;  // 37 rows

train::Settings settings() {
  train::Settings s;
  s.data = "random";
  s.data_options.validation = "0.25";
  s.hidden = {6};
  s.batch = 8;
  s.epochs = 6;
  s.update.l1 = 1e-3f;
  s.update.learning_rate = 0.05f;
  return s;
}

struct Run {
  train::Outcome outcome;
  std::vector<std::string> reports;   // without what a clock says
  std::vector<std::uint64_t> behind;  // steps that had been asked for when each report came
};

Run run(train::Settings settings) {
  resolve(settings);
  Run result;
  std::uint64_t asked = 0;
  const train::Observer observer{.on_step = [&](const train::Position&) { ++asked; },
                                 .on_report =
                                     [&](const train::EpochMetrics& metrics) {
                                       auto json = to_json(metrics);
                                       json.erase("seconds");
                                       json.erase("samples_per_second");
                                       result.reports.push_back(json.dump());
                                       result.behind.push_back(asked - metrics.step);
                                     }};
  const std::unique_ptr<backend::Backend> on = backend::make_cuda_backend(0);
  result.outcome = train::train(settings, small_data(), *on, observer);
  return result;
}

void expect_same(const train::Outcome& late, const train::Outcome& at_once) {
  EXPECT_EQ(late.ending, at_once.ending);
  EXPECT_EQ(late.epochs, at_once.epochs);
  EXPECT_EQ(late.kept_epoch, at_once.kept_epoch);
  EXPECT_EQ(late.steps, at_once.steps);
  EXPECT_EQ(late.penalty, at_once.penalty);
  EXPECT_EQ(late.train.loss, at_once.train.loss);
  EXPECT_EQ(late.validation->loss, at_once.validation->loss);
  EXPECT_EQ(late.test->loss, at_once.test->loss);
  for (std::size_t i = 0; i < late.model.layers.size(); ++i) {
    EXPECT_EQ(late.model.layers[i].weight, at_once.model.layers[i].weight);
    EXPECT_EQ(late.model.layers[i].bias, at_once.model.layers[i].bias);
  }
}

/// Trains on a device that is done with everything at once, and on one that lags behind.
train::Ending expect_that_lateness_changes_nothing(const train::Settings& settings) {
  const Run at_once = run(settings);
  for (const std::uint64_t behind : at_once.behind) EXPECT_EQ(behind, 0u);
  const simt::DeferredStreams deferred(1);
  const Run late = run(settings);
  EXPECT_GT(*std::max_element(late.behind.begin(), late.behind.end()), 0u);
  EXPECT_EQ(late.reports, at_once.reports);
  expect_same(late.outcome, at_once.outcome);
  return late.outcome.ending;
}

TEST(CudaReports, ThatComeLateAreTheSame) {
  EXPECT_EQ(expect_that_lateness_changes_nothing(settings()), train::Ending::all_epochs);
}

TEST(CudaReports, ThatComeLateEndARunWhereItWouldHaveEnded) {
  train::Settings impatient = settings();
  impatient.update.learning_rate = 0.3f;  // rough: the validation loss rises
  impatient.epochs = 50;
  impatient.patience = 2;
  assign(impatient, "l1_schedule", "from=7");
  EXPECT_EQ(expect_that_lateness_changes_nothing(impatient), train::Ending::patience);

  train::Settings unstable = settings();
  unstable.activation = backend::Activation::identity;
  unstable.loss = backend::Loss::quadratic;
  unstable.update.learning_rate = 1.0f;
  unstable.epochs = 50;
  EXPECT_EQ(expect_that_lateness_changes_nothing(unstable), train::Ending::diverged);
}

TEST(CudaReports, AreNotWaitedForWithinARun) {
  train::Settings run = settings();
  resolve(run);
  simt::Counts counts;
  const train::Observer observer{.on_step = [&](const train::Position& at) {
    if (at.epoch == 1 && at.step == 1) simt::reset_counts();
    if (at.epoch == run.epochs && at.step == kStepsPerEpoch) counts = simt::counts();
  }};
  const std::unique_ptr<backend::Backend> on = backend::make_cuda_backend(0);
  train::train(run, small_data(), *on, observer);
  EXPECT_EQ(counts.graph_launches, run.epochs * kStepsPerEpoch - 1);
  EXPECT_EQ(counts.host_waits, 0);
  EXPECT_EQ(counts.allocations, 0);
  EXPECT_EQ(counts.frees, 0);
  EXPECT_EQ(counts.pageable_async_copies, 0);
}

}  // namespace
}  // namespace curb::testing
