// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The programs are found, asked and run; here they are shell scripts.
#include "host/cli/bench/suite.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "host/cli/bench/child.hpp"
#include "host/cli/console.hpp"
#include "tests/host/data/temporary_directory.hpp"

namespace curb::cli::bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using testing::TemporaryDirectory;

/// Has two families, and writes what it was told to measure.
constexpr const char* kProgram = R"(#!/bin/sh
for word; do case $word in
  --benchmark_list_tests) printf 'one/a/iterations:2\ntwo/b/iterations:2\none/c/iterations:2\n'; exit 0 ;;
  --benchmark_filter=*) filter=${word#*=} ;;
  --benchmark_out=*) out=${word#*=} ;;
  --quick) quick=true ;;
esac; done
echo "one/a/iterations:2   1 ms"
echo '{"context": {"host_name": "h", "threads": "2"}, "benchmarks": [{"name": "one/a"}]}' > "$out"
echo "one/c/iterations:2   1 ms"
)";

class BenchSuite : public ::testing::Test {
 protected:
  void program(const std::string& name, const std::string& text) {
    fs::permissions(directory_.write(name, text), fs::perms::owner_all);
  }
  std::vector<Family> list(const SuiteOptions& options = {}) {
    return list_families({directory_.path("nowhere"), directory_.path("")}, options);
  }
  TemporaryDirectory directory_;
};

TEST_F(BenchSuite, WithoutProgramsItSaysWhatBuildsThem) {
  try {
    list();
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("CURB_BUILD_BENCH=ON"), std::string::npos);
  }
}

TEST_F(BenchSuite, FamiliesAreNamesThatBeginAlike) {
  program("update_bench", kProgram);
  program("cuda_update_bench", "#!/bin/sh\nexit 1\n");  // not even asked where there is no GPU
  const std::vector<Family> families = list();
  ASSERT_EQ(families.size(), 2u);
  EXPECT_EQ(families[0].name, "one");
  EXPECT_EQ(families[0].benchmarks,
            (std::vector<std::string>{"one/a/iterations:2", "one/c/iterations:2"}));
  EXPECT_EQ(families[1].name, "two");
}

TEST_F(BenchSuite, AFilterThatFindsNothingIsAMistake) {
  program("update_bench", "#!/bin/sh\necho 'Failed to match any benchmarks'\n");
  EXPECT_THROW(list({.filter = "nothing"}), UsageError);
}

TEST_F(BenchSuite, WhatIsMeasuredIsKeptAndTold) {
  program("update_bench", kProgram);
  const std::vector<Family> families = list();
  std::vector<std::string> told;
  const SuiteObserver observer{
      .on_benchmark = [&](const std::string& name) { told.push_back(name); }, .interrupted = {}};
  ordered_json document{{"benchmarks", ordered_json::array()}};
  run_family(families[0], {}, observer, document);
  EXPECT_EQ(told, (std::vector<std::string>{"one/a", "one/c"}));
  EXPECT_EQ(document.at("benchmarks").at(0).at("name"), "one/a");
  EXPECT_EQ(document.at("programs").at("update_bench"), ordered_json({{"threads", "2"}}));
}

TEST_F(BenchSuite, AFamilyThatFailsIsAnEntryWithItsError) {
  program("update_bench", std::string(kProgram) + "echo 'out of luck' >&2\nexit 3\n");
  const std::vector<Family> families = list();
  ordered_json document{{"benchmarks", ordered_json::array()}};
  run_family(families[0], {}, {}, document);
  EXPECT_EQ(document.at("benchmarks").at(0).at("name"), "one");
  EXPECT_EQ(document.at("benchmarks").at(0).at("error_message"),
            "update_bench ended with 3: out of luck");
}

TEST(BenchChild, HandsOnItsLinesAndItsEnd) {
  std::vector<std::string> lines;
  const int code = run_child({"/bin/sh", "-c", "echo one; echo two >&2; printf three; exit 5"},
                             [&](const std::string& line) { lines.push_back(line); });
  EXPECT_EQ(code, 5);
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_EQ(run_child({"/bin/sh", "-c", "kill -9 $$"}, [](const std::string&) {}), 128 + 9);
  EXPECT_THROW(run_child({"/no/such/program"}, [](const std::string&) {}), std::system_error);
}

}  // namespace
}  // namespace curb::cli::bench
