// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What is made of results: tables, pictures, doubts, comparisons.
#include "host/cli/bench/report.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "host/cli/bench/compare.hpp"
#include "host/cli/bench/conditions.hpp"

namespace curb::cli::bench {
namespace {

using nlohmann::ordered_json;

/// An entry whose counter has quartiles at `spread` of it to both sides.
void add_spread(ordered_json& entry, const std::string& name, double median, double spread = 0.01) {
  entry[name] = median;
  entry[name + "_low"] = median * (1.0 - spread);
  entry[name + "_high"] = median * (1.0 + spread);
}

ordered_json unfused_entry(const std::string& name, double ratio, double spread = 0.01) {
  ordered_json entry{{"name", "unfused/" + name + "/iterations:7/manual_time"},
                     {"passes", 2},
                     {"parameters", 1e6},
                     {"bytes_per_parameter", 20},
                     {"unfused_bytes_per_parameter", 28},
                     {"bytes_of_fused", 1.4}};
  add_spread(entry, "seconds", 1e-3, spread);
  add_spread(entry, "unfused_seconds", ratio * 1e-3);
  add_spread(entry, "time_of_fused", ratio);
  return entry;
}

ordered_json update_entry(double speed) {
  ordered_json entry{{"name", "update/momentum/off/iterations:7/manual_time"},
                     {"parameters", 1e6},
                     {"GB/s", speed}};
  add_spread(entry, "seconds", 1e-3);
  add_spread(entry, "of_same_mix", 1.0);
  return entry;
}

Report report_of(std::vector<ordered_json> entries, ordered_json conditions = {}) {
  return make_report(
      parse_results({{"conditions", conditions}, {"benchmarks", entries}}, "results"));
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(BenchReport, EachFamilyHasItsTable) {
  const Report report = report_of({unfused_entry("sgd/zipped_optimizer", 1.37)});
  ASSERT_EQ(report.sections.size(), 1u);
  EXPECT_EQ(report.sections[0].table.rows.at(0).at(0), "sgd");
  EXPECT_EQ(report.sections[0].table.rows.at(0).at(1), "zipped optimizer");
  EXPECT_EQ(report.sections[0].table.rows.at(0).at(5), "1.40");
  EXPECT_EQ(report.sections[0].table.rows.at(0).at(6), "1.37 (1.36 to 1.38)");
  EXPECT_TRUE(report.doubts.empty());
  EXPECT_NE(to_markdown(report).find("| sgd  | zipped optimizer |"), std::string::npos);
}

TEST(BenchReport, NoiseAndFailuresAreSaid) {
  const Report report = report_of(
      {unfused_entry("sgd/zipped_optimizer", 1.37, 0.2),
       {{"name", "update/sgd/off"}, {"error_occurred", true}, {"error_message", "wrong"}}},
      {{"interrupted", true}, {"watch", {{"others_share", 0.4}}}});
  ASSERT_EQ(report.doubts.size(), 4u);
  EXPECT_NE(report.doubts[0].find("used 40 %"), std::string::npos);
  EXPECT_NE(report.doubts[1].find("interrupted"), std::string::npos);
  EXPECT_EQ(report.doubts[2], "update/sgd/off failed: wrong.");
  EXPECT_EQ(report.doubts[3].find("1 of 2 times are noisy"), 0u);
  EXPECT_EQ(report.sections.at(0).table.rows.at(0).back(), "noisy (0.80 to 1.20 ms)");
}

TEST(BenchReport, ThePageNeedsNothingFromOutside) {
  const Report report = report_of({unfused_entry("sgd/zipped_optimizer", 1.37), update_entry(60.0)},
                                  {{"machine", "A <processor>"}});
  const std::string page = to_html(report);
  EXPECT_NE(page.find("machine: A &lt;processor&gt;"), std::string::npos);
  EXPECT_EQ(page.find("src="), std::string::npos);
  EXPECT_EQ(page.find("href="), std::string::npos);
  EXPECT_EQ(page.find("@import"), std::string::npos);
  EXPECT_EQ(occurrences(page, "<svg "), 3u);  // roofline, ratios, speeds
  EXPECT_EQ(occurrences(page, "<svg "), occurrences(page, "</svg>"));
  EXPECT_EQ(page.find("nan"), std::string::npos);
  EXPECT_EQ(page.find("inf"), std::string::npos);
}

TEST(BenchReport, TheRooflineHasTheFusedStepAndItsRivals) {
  const Report report =
      report_of({unfused_entry("sgd/zipped_optimizer", 1.37), update_entry(60.0)});
  const std::string& chart = report.sections.at(0).chart;
  EXPECT_NE(chart.find("roof: a plain loop, 60 GB/s"), std::string::npos);
  EXPECT_EQ(occurrences(chart, "class=\"mark hollow series0\""), 1u);
  EXPECT_EQ(occurrences(chart, "class=\"gain series0\""), 1u);
}

TEST(BenchReport, WithoutAPlainLoopThereIsNoRoof) {
  const Report report = report_of({unfused_entry("sgd/zipped_optimizer", 1.37)});
  EXPECT_EQ(report.sections.at(0).title, "Fused against separate passes");
}

TEST(BenchWatch, ALoadedMachineIsSaid) {
  EXPECT_TRUE(
      doubts({{"others_share", 0.01}, {"stolen_share", 0.0}, {"clock_drop", 0.02}}).empty());
  EXPECT_EQ(doubts({{"stolen_share", 0.1}}).size(), 1u);
  EXPECT_EQ(doubts({{"clock_drop", 0.3}, {"throttled", 2}}).size(), 2u);
  EXPECT_EQ(doubts({{"gpu_slowed_by", "limit of power"}}).at(0),
            "The GPU's clocks were held down: limit of power.");
}

TEST(BenchWatch, ReportsWhatItSaw) {
  MachineWatch watch;
  watch.look();
  const ordered_json report = watch.report();
  EXPECT_EQ(report.at("load_average").size(), 2u);
  EXPECT_GE(report.at("clock_drop").get<double>(), 0.0);
  EXPECT_LT(report.at("clock_drop").get<double>(), 1.0);
  EXPECT_LE(report.value("others_share", 0.0), 1.0);
  EXPECT_NE(machine_name().find("processors"), std::string::npos);
}

Results timed(std::vector<std::tuple<std::string, double, double>> times,
              const std::string& machine) {
  ordered_json entries = ordered_json::array();
  for (const auto& [name, seconds, parameters] : times) {
    ordered_json entry{{"name", name}, {"parameters", parameters}};
    add_spread(entry, "seconds", seconds);
    entries.push_back(entry);
  }
  return parse_results({{"conditions", {{"machine", machine}}}, {"benchmarks", entries}},
                       "results");
}

TEST(BenchCompare, OverlapDecides) {
  const Results a = timed(
      {{"u/a", 1.0, 10}, {"u/b", 1.0, 10}, {"u/c", 1.0, 10}, {"u/d", 1, 10}, {"u/only_a", 1, 10}},
      "M");
  const Results b =
      timed({{"u/a", 0.9, 10}, {"u/b", 1.1, 10}, {"u/c", 1.01, 10}, {"u/d", 1, 20}}, "N");
  const Comparison comparison = compare(a, b);
  ASSERT_EQ(comparison.table.rows.size(), 3u);
  EXPECT_EQ(comparison.table.rows[0],
            (std::vector<std::string>{"u/a", "1.00 s (0.99 to 1.01)", "900 ms (891 to 909)", "0.90",
                                      "better"}));
  EXPECT_EQ(comparison.table.rows[1].back(), "worse");
  EXPECT_EQ(comparison.table.rows[2].back(), "undecided");
  EXPECT_EQ(comparison.summary, "B is better in 1, worse in 1, undecided in 1");
  EXPECT_EQ(comparison.notes, (std::vector<std::string>{"Times of two machines: A is of M, B of N.",
                                                        "u/d is of another number of weights in B.",
                                                        "Only in A: u/only_a."}));
}

}  // namespace
}  // namespace curb::cli::bench
