// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A study of the digits, run: which report a figure is of, and that seeds and rows are what was
// said.
#include "host/reproduce/study_run.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "host/backend/open.hpp"
#include "host/data/error.hpp"

namespace curb::reproduce {
namespace {

Study study_of(const std::string& measure, const std::string& reading,
               const std::string& settings = "") {
  return read_study(
      "title = \"t\"\nsource = \"s\"\nmeasure = \"" + measure + "\"\nreading = \"" + reading +
          "\"\nseeds = [1, 7]\n[settings]\ndata = \"digits\"\nhidden = [16]\nlearning_rate = 0.5\n"
          "epochs = 6\n" +
          settings + "[[row]]\nname = \"plain\"\n",
      "s.toml");
}

/// All test accuracies in percent, run by run, and the results.
std::pair<std::vector<std::vector<double>>, StudyResult> run(const Study& study) {
  std::vector<std::vector<double>> accuracies;
  StudyWatch watch;
  watch.on_start = [&](const Row&, const train::Settings&) -> train::Observer {
    accuracies.emplace_back();
    train::Observer observer;
    observer.on_report = [&](const train::EpochMetrics& metrics) {
      accuracies.back().push_back(100.0 * *metrics.test->accuracy);
    };
    return observer;
  };
  const auto backend = backend::make_cpu_backend();
  StudyResult result = run_study(study, *backend, watch);
  return {accuracies, std::move(result)};
}

TEST(StudyRun, ReadsTheLastEpoch) {
  const auto [accuracies, result] = run(study_of("test_accuracy", "last_epoch"));
  ASSERT_EQ(result.rows.size(), 1u);
  ASSERT_EQ(result.rows[0].runs.size(), 2u);
  EXPECT_NE(accuracies[0], accuracies[1]);
  for (std::size_t i = 0; i < 2; ++i) {
    const RunResult& run = result.rows[0].runs[i];
    EXPECT_EQ(run.seed, i == 0 ? 1u : 7u);
    EXPECT_EQ(run.figure, accuracies[i].back());
    EXPECT_EQ(run.last, run.figure);
    EXPECT_EQ(run.epoch, 6);
    EXPECT_GT(run.seconds, 0.0);
  }
  EXPECT_NE(result.rows[0].configuration.find("seed = 1\n"), std::string::npos);
}

TEST(StudyRun, ReadsTheBestEpochWhereThatIsTheRule) {
  const auto [accuracies, result] = run(study_of("test_accuracy", "best_epoch"));
  bool best_is_not_last = false;
  for (std::size_t i = 0; i < 2; ++i) {
    const RunResult& run = result.rows[0].runs[i];
    const auto best = std::max_element(accuracies[i].begin(), accuracies[i].end());
    EXPECT_EQ(run.figure, *best);
    EXPECT_EQ(run.epoch, best - accuracies[i].begin() + 1);
    EXPECT_EQ(run.last, accuracies[i].back());
    best_is_not_last |= run.figure != run.last;
  }
  EXPECT_TRUE(best_is_not_last) << "the two readings are not told apart by these runs";
}

TEST(StudyRun, TheBestErrorIsTheLowest) {
  const auto [accuracies, result] = run(study_of("test_error", "best_epoch"));
  const auto best = std::max_element(accuracies[0].begin(), accuracies[0].end());
  EXPECT_EQ(result.rows[0].runs[0].figure, 100.0 - *best);
}

TEST(StudyRun, MeasuresValidationRows) {
  const auto [accuracies, result] =
      run(study_of("validation_error", "last_epoch", "validation = \"0.25\"\n"));
  EXPECT_NE(result.rows[0].runs[0].figure, 100.0 - accuracies[0].back());
  const auto backend = backend::make_cpu_backend();
  EXPECT_THROW(run_study(study_of("validation_error", "last_epoch"), *backend), data::DataError);
}

TEST(StudyRun, EndsWhenItIsTold) {
  const std::atomic<bool> interrupted = true;
  const auto backend = backend::make_cpu_backend();
  int ended = 0;
  EXPECT_THROW(run_study(study_of("test_error", "last_epoch"), *backend,
                         {.on_start = {},
                          .on_end = [&](const StudyResult&) { ++ended; },
                          .interrupted = &interrupted}),
               Interrupted);
  EXPECT_EQ(ended, 0);
}

TEST(StudyRun, SaysWhichRunDiverged) {
  Study study =
      study_of("test_error", "last_epoch", "activation = \"identity\"\noptimizer = \"sgd\"\n");
  study.rows[0].settings.update.learning_rate = 1e18f;
  const auto backend = backend::make_cpu_backend();
  try {
    run_study(study, *backend);
    FAIL() << "nothing diverged";
  } catch (const Diverged& error) {
    EXPECT_TRUE(std::string(error.what()).starts_with("plain, seed 1: diverged in epoch "))
        << error.what();
  }
}

}  // namespace
}  // namespace curb::reproduce
