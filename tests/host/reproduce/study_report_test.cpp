// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Verdicts and tables, from figures that no run made.
#include "host/reproduce/study_report.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace curb::reproduce {
namespace {

std::vector<RunResult> runs(const std::vector<double>& figures) {
  std::vector<RunResult> result;
  for (const double figure : figures) {
    result.push_back({.seed = result.size() + 1,
                      .figure = figure,
                      .epoch = 3,
                      .last = figure - 1.0,
                      .seconds = 2.0});
  }
  return result;
}

/// A table of two rows; the first was published to be 3.
struct Example {
  Study study;
  StudyResult result;

  Example(const std::vector<double>& first, const std::vector<double>& second) {
    study.title = "A table";
    study.source = "somebody";
    study.measure = Measure::test_error;
    study.seeds = {1, 2, 3};
    study.rows.resize(2);
    study.rows[0].name = "with";
    study.rows[0].published = 3.0;
    study.rows[0].tolerance = 0.5;
    study.rows[1].name = "without";
    result.rows = {{"a = 1\n", runs(first)}, {"a = 2\n", runs(second)}};
  }
};

TEST(StudyReport, AMeanIsJudgedByItsTolerance) {
  Row row;
  EXPECT_FALSE(judge(row, runs({3.0, 4.0})).difference);
  EXPECT_FALSE(judge(row, runs({3.0, 4.0})).verdict);
  row.published = 3.0;
  EXPECT_EQ(judge(row, runs({3.0, 4.0})).difference, 0.5);
  EXPECT_FALSE(judge(row, runs({3.0, 4.0})).verdict);
  row.tolerance = 0.5;
  EXPECT_EQ(judge(row, runs({3.0, 4.0})).verdict, Verdict::within);
  EXPECT_EQ(judge(row, runs({2.0, 3.0})).verdict, Verdict::within);
  EXPECT_EQ(judge(row, runs({3.55, 3.56, 3.57})).verdict, Verdict::outside);
  EXPECT_EQ(judge(row, runs({2.43, 2.44, 2.45})).verdict, Verdict::outside);
}

// Another three seeds might well have brought it there.
TEST(StudyReport, AnIntervalThatReachesTheToleranceLeavesItUndecided) {
  Row row;
  row.published = 3.0;
  row.tolerance = 0.5;
  EXPECT_EQ(judge(row, runs({3.4, 3.6, 3.8})).verdict, Verdict::undecided);
  EXPECT_EQ(judge(row, runs({2.2, 2.4, 2.6})).verdict, Verdict::undecided);
  EXPECT_EQ(judge(row, runs({4.0})).verdict, Verdict::undecided);
  const Example example({3.4, 3.6, 3.8}, {9, 9, 9});
  EXPECT_FALSE(is_reproduced(example.study, example.result));
}

TEST(StudyReport, IsReproducedWhereEveryRowIsWithin) {
  const Example within({3.1, 3.2, 3.3}, {9, 9, 9});
  EXPECT_TRUE(is_reproduced(within.study, within.result));
  const Example outside({3.6, 3.6, 3.6}, {9, 9, 9});
  EXPECT_FALSE(is_reproduced(outside.study, outside.result));
}

TEST(StudyReport, AClaimNeedsIntervalsThatDoNotOverlap) {
  Example clear({3.0, 3.1, 3.2}, {5.0, 5.1, 5.2});
  clear.study.claims = {{.below = 0, .above = 1}};
  EXPECT_EQ(judge(clear.study.claims[0], clear.result), Order::below);
  EXPECT_TRUE(is_reproduced(clear.study, clear.result));
  EXPECT_NE(to_text(clear.study, clear.result).find("claim: with is below without: holds\n"),
            std::string::npos);

  Example close({3.0, 3.1, 3.2}, {3.1, 3.2, 3.3});
  close.study.claims = clear.study.claims;
  EXPECT_EQ(judge(close.study.claims[0], close.result), Order::undecided);
  EXPECT_FALSE(is_reproduced(close.study, close.result));
  EXPECT_NE(to_text(close.study, close.result).find("undecided: the intervals overlap\n"),
            std::string::npos);

  clear.study.claims = {{.below = 1, .above = 0}};
  EXPECT_FALSE(is_reproduced(clear.study, clear.result));
}

TEST(StudyReport, TheTableHasEverySeedBesideWhatWasPublished) {
  const Example example({3.1, 3.2, 3.3}, {4.0, 5.0, 6.0});
  EXPECT_EQ(to_text(example.study, example.result),
            "A table\n"
            "published: somebody\n"
            "test error in %, seeds 1, 2, 3; means with standard deviations\n"
            "\n"
            "                by seed          mean  published  difference  allowed  verdict  s per "
            "run\n"
            "with     3.10 3.20 3.30  3.20 +- 0.10       3.00       +0.20     0.50   within        "
            "2.0\n"
            "without  4.00 5.00 6.00  5.00 +- 1.00                                                 "
            "2.0\n"
            "\n"
            "in order: with  ?  without\n"
            "(<: the 95 % intervals of the means do not overlap; ?: they do, undecided)\n");
}

TEST(StudyReport, AReadingByTheTestRowsIsSaidAndHasTheOtherBesideIt) {
  Example example({4.1, 4.2, 4.3}, {4.0, 5.0, 6.0});
  example.study.reading = Reading::best_epoch;
  const std::string text = to_text(example.study, example.result);
  EXPECT_NE(text.find("read at the best epoch by the test rows themselves"), std::string::npos);
  EXPECT_NE(text.find("at the end"), std::string::npos);
  EXPECT_NE(text.find("4.20 +- 0.10       3.00       +1.20     0.50  OUTSIDE  3.20 +- 0.10"),
            std::string::npos)
      << text;
}

TEST(StudyReport, JsonHoldsTheRawFiguresAndNoVerdictBeforeTheEnd) {
  Example example({3.1, 3.2, 3.3}, {4.0, 5.0, 6.0});
  example.study.claims = {{.below = 0, .above = 1}};
  const auto whole = to_json(example.study, example.result);
  EXPECT_EQ(whole.at("complete"), true);
  EXPECT_EQ(whole.at("reproduced"), false);
  EXPECT_EQ(whole.at("rows")[0].at("verdict"), "within");
  EXPECT_EQ(whole.at("rows")[1].at("runs")[2].at("figure"), 6.0);
  EXPECT_EQ(whole.at("rows")[1].at("runs")[2].at("seed"), 3);
  EXPECT_EQ(whole.at("rows")[1].at("configuration"), "a = 2\n");
  EXPECT_EQ(whole.at("claims")[0].at("verdict"), "undecided: the intervals overlap");

  example.result.rows[1].runs.pop_back();
  const auto part = to_json(example.study, example.result);
  EXPECT_EQ(part.at("complete"), false);
  EXPECT_FALSE(part.contains("reproduced"));
  EXPECT_FALSE(part.at("rows")[0].contains("verdict"));
  EXPECT_EQ(part.at("rows")[1].at("runs").size(), 2u);
}

}  // namespace
}  // namespace curb::reproduce
