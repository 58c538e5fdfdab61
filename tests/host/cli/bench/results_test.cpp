// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/cli/bench/results.hpp"

#include <gtest/gtest.h>

#include "host/cli/bench/text.hpp"
#include "host/data/error.hpp"
#include "tests/host/data/temporary_directory.hpp"

namespace curb::cli::bench {
namespace {

using nlohmann::ordered_json;
using testing::TemporaryDirectory;

TEST(BenchResults, AnEntryHasItsPartsCountersAndQuartiles) {
  const Results results = parse_results(
      ordered_json::parse(R"({"benchmarks": [{"name": "sizes/sgd/1024/iterations:7/manual_time",
        "label": "tier", "seconds": 2.0, "seconds_low": 1.9, "seconds_high": 2.05, "alone": 3}]})"),
      "here");
  ASSERT_EQ(results.entries.size(), 1u);
  const Entry& entry = results.entries[0];
  EXPECT_EQ(entry.name, "sizes/sgd/1024");
  EXPECT_EQ(entry.parts, (std::vector<std::string>{"sizes", "sgd", "1024"}));
  EXPECT_EQ(entry.label, "tier");
  EXPECT_EQ(entry.error, "");
  ASSERT_TRUE(entry.spread("seconds"));
  EXPECT_EQ(entry.spread("seconds")->median, 2.0);
  EXPECT_EQ(entry.spread("seconds")->low, 1.9);
  EXPECT_EQ(entry.spread("seconds")->high, 2.05);
  EXPECT_EQ(entry.number("alone"), 3.0);
  EXPECT_FALSE(entry.spread("alone"));
  EXPECT_FALSE(entry.number("absent"));
}

TEST(BenchResults, AnErrorIsKept) {
  const Results results = parse_results(
      ordered_json::parse(
          R"({"benchmarks": [{"name": "a", "error_occurred": true, "error_message": "no"}]})"),
      "here");
  EXPECT_EQ(results.entries.at(0).error, "no");
}

TEST(BenchResults, OtherFilesAreRefusedByName) {
  const TemporaryDirectory directory;
  const auto message_of = [&](const std::string& path) -> std::string {
    try {
      read_results(path);
    } catch (const data::DataError& error) {
      return error.what();
    }
    return "no error";
  };
  const std::string text = directory.write("text.json", "no JSON");
  EXPECT_EQ(message_of(text).find(text + ": this is no JSON (byte 2"), 0u) << message_of(text);
  const std::string other = directory.write("other.json", R"({"benchmarks": [{"nam": 1}]})");
  EXPECT_EQ(message_of(other).find(other + ": these are no results"), 0u) << message_of(other);
  EXPECT_NE(message_of(directory.path("absent.json")), "no error");
}

TEST(BenchText, TimesHaveThreeDigitsAndTheirUnit) {
  EXPECT_EQ(time_text(1.5e-8), "15.0 ns");
  EXPECT_EQ(time_text(4.204e-6), "4.20 us");
  EXPECT_EQ(time_text(0.1234), "123 ms");
  EXPECT_EQ(time_text(2.0), "2.00 s");
  EXPECT_EQ(count_text(33554432.0), "33,554,432");
  EXPECT_EQ(count_text(100.0), "100");
}

TEST(BenchText, ANoisyFigureIsNotPrinted) {
  const Spread steady{1.0, 0.98, 1.03};
  const Spread noisy{1.0, 0.93, 1.04};
  EXPECT_FALSE(steady.noisy());
  EXPECT_TRUE(noisy.noisy());
  EXPECT_EQ(ratio_text(steady), "1.00 (0.98 to 1.03)");
  EXPECT_EQ(ratio_text(noisy), "noisy (0.93 to 1.04)");
  EXPECT_EQ(time_text(steady), "1.00 s (0.98 to 1.03)");
  EXPECT_EQ(time_text(noisy), "noisy (0.93 to 1.04 s)");
}

TEST(BenchText, ATableIsMarkdownAndHtml) {
  const Table table{{"a", "of b"}, {{"<x>", "1"}, {"long name", "noisy (1 to 2)"}}};
  EXPECT_EQ(table.markdown(),
            "| a         | of b           |\n"
            "|-----------|----------------|\n"
            "| <x>       | 1              |\n"
            "| long name | noisy (1 to 2) |\n");
  EXPECT_NE(table.html().find("<td>&lt;x&gt;</td><td>1</td>"), std::string::npos);
  EXPECT_NE(table.html().find("<td class=\"noisy\">noisy (1 to 2)</td>"), std::string::npos);
}

}  // namespace
}  // namespace curb::cli::bench
