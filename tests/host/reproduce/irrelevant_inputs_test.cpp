// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A small study of irrelevant inputs, run; and its verdict on figures that no run made.
#include "host/reproduce/irrelevant_inputs.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "host/backend/open.hpp"
#include "host/reproduce/irrelevant_inputs_report.hpp"
#include "host/reproduce/study_run.hpp"

namespace curb::reproduce {
namespace {

const std::string kStudy =
    "kind = \"irrelevant_inputs\"\ntitle = \"t\"\nsource = \"s\"\nseeds = [1, 2, 3]\n"
    "irrelevant = [1, 200]\nrelevant = 1\nstrength = 10\ntrain_rows = 50\nvalidation_rows = 30\n"
    "test_rows = 1000\nl1 = [1e-3, 0.02, 10]\nl2 = [1e-3, 0.1, 1]\ngrowth = 0.5\n"
    "[settings]\noptimizer = \"momentum\"\nmomentum = 0.9\nepochs = 300\nmetrics_every = 100\n";

IrrelevantInputsStudy study() { return read_irrelevant_inputs_study(kStudy, "s.toml"); }

IrrelevantInputsResult run(const IrrelevantInputsStudy& study) {
  const auto backend = backend::make_cpu_backend();
  return run_irrelevant_inputs(study, *backend);
}

/// Test errors by seed, at the first and at the last number of inputs.
IrrelevantInputsResult result_of(const std::vector<double>& l1_first,
                                 const std::vector<double>& l1_last,
                                 const std::vector<double>& l2_first,
                                 const std::vector<double>& l2_last) {
  const auto trials = [](const std::vector<double>& l1, const std::vector<double>& l2) {
    std::vector<Trial> list;
    for (std::size_t i = 0; i < l1.size(); ++i) {
      Trial trial;
      trial.seed = i + 1;
      trial.l1.test_error = l1[i];
      trial.l2.test_error = l2[i];
      list.push_back(trial);
    }
    return list;
  };
  return {.irrelevant = {1, 200}, .trials = {trials(l1_first, l2_first), trials(l1_last, l2_last)}};
}

TEST(IrrelevantInputs, L1KeepsFewWeightsAndTheBetterNetwork) {
  const IrrelevantInputsResult result = run(study());
  ASSERT_EQ(result.trials.size(), 2u);
  for (const Trial& trial : result.trials[1]) {
    EXPECT_LT(trial.l1.test_error, trial.l2.test_error);
    EXPECT_LT(trial.l1.nonzero, 60);
    EXPECT_EQ(trial.l2.nonzero, 201);
    EXPECT_LT(trial.l1.coefficient, 10.0) << "which leaves no weight at all";
    EXPECT_GT(trial.l1.validation_loss, 0.0);
  }
  EXPECT_TRUE(is_reproduced(study(), result)) << to_text(study(), result);
}

TEST(IrrelevantInputs, TheSameSeedsGiveTheSameFigures) {
  IrrelevantInputsStudy small = study();
  small.seeds = {2};
  small.irrelevant = {5};
  const IrrelevantInputsResult first = run(small);
  const IrrelevantInputsResult second = run(small);
  EXPECT_EQ(first.trials[0][0].l1.test_error, second.trials[0][0].l1.test_error);
  EXPECT_EQ(first.trials[0][0].l2.validation_loss, second.trials[0][0].l2.validation_loss);
}

// More test rows must change nothing of what was chosen.
TEST(IrrelevantInputs, TestRowsChooseNothing) {
  IrrelevantInputsStudy small = study();
  small.seeds = {1};
  small.irrelevant = {20};
  const Trial few = run(small).trials[0][0];
  small.test_rows = 10;
  const Trial many = run(small).trials[0][0];
  EXPECT_EQ(few.l1.coefficient, many.l1.coefficient);
  EXPECT_EQ(few.l1.validation_loss, many.l1.validation_loss);
  EXPECT_EQ(few.l2.coefficient, many.l2.coefficient);
  EXPECT_NE(few.l2.test_error, many.l2.test_error);
}

TEST(IrrelevantInputs, EndsWhenItIsTold) {
  const std::atomic<bool> interrupted = true;
  const auto backend = backend::make_cpu_backend();
  EXPECT_THROW(
      run_irrelevant_inputs(study(), *backend, {.on_end = {}, .interrupted = &interrupted}),
      Interrupted);
}

TEST(IrrelevantInputs, GrowthIsJudgedBySeedsTogether) {
  const IrrelevantInputsResult clear = result_of({5, 6, 7}, {7, 8.1, 9}, {5, 6, 7}, {45, 46.1, 47});
  const Growth grown = growth(study(), clear);
  EXPECT_NEAR(grown.l1.mean, 2.0333, 1e-3);
  EXPECT_NEAR(grown.l2.mean, 40.0333, 1e-3);
  EXPECT_EQ(grown.order, Order::below);
  EXPECT_TRUE(is_reproduced(study(), clear));

  const IrrelevantInputsResult near = result_of({5, 6, 7}, {20, 30, 22}, {5, 6, 7}, {45, 46.1, 47});
  EXPECT_EQ(growth(study(), near).order, Order::undecided);
  EXPECT_FALSE(is_reproduced(study(), near));

  const IrrelevantInputsResult equal =
      result_of({5, 6, 7}, {45, 46.1, 47}, {5, 6, 7}, {45, 46.2, 47});
  EXPECT_EQ(growth(study(), equal).order, Order::above);
}

TEST(IrrelevantInputs, TheReportHasNumbersAndAPicture) {
  const IrrelevantInputsResult result =
      result_of({5, 6, 7}, {7, 8.1, 9}, {5, 6, 7}, {45, 46.1, 47});
  const std::string text = to_text(study(), result);
  EXPECT_NE(text.find("seeds 1, 2, 3;"), std::string::npos) << text;
  EXPECT_NE(text.find("\n200 "), std::string::npos) << text;
  EXPECT_NE(text.find("claim: L1's growth is below 0.5 times L2's: holds\n"), std::string::npos);
  const auto json = to_json(study(), result);
  EXPECT_EQ(json.at("reproduced"), true);
  EXPECT_EQ(json.at("sizes")[1].at("trials")[2].at("l2").at("test_error"), 47.0);
  EXPECT_NE(to_svg(study(), result).find("irrelevant inputs"), std::string::npos);
}

TEST(IrrelevantInputs, MistakesAreNamedWithTheirLine) {
  const auto refusal = [](const std::string& text) -> std::string {
    try {
      read_irrelevant_inputs_study(text, "s.toml");
    } catch (const train::SettingError& error) {
      return error.place() + ": " + error.what();
    }
    return "nothing was refused";
  };
  std::string text = kStudy;
  text.replace(text.find("relevant = 1"), 12, "relevant = 0");
  EXPECT_EQ(refusal(text), "s.toml:6: relevant: must be a whole number >= 1");
  EXPECT_EQ(refusal("kind = \"other\"\n"),
            "s.toml:1: kind: there is no \"other\" (irrelevant_inputs)");
  EXPECT_FALSE(is_irrelevant_inputs_study("title = \"t\"\n", "s.toml"));
  EXPECT_TRUE(is_irrelevant_inputs_study(kStudy, "s.toml"));
}

}  // namespace
}  // namespace curb::reproduce
