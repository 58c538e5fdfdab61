// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// curb bench from end to end, on arrays so small that no time means anything.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "host/data/file.hpp"
#include "tests/host/cli/program.hpp"
#include "tests/host/data/temporary_directory.hpp"

namespace curb::cli {
namespace {

using testing::ProgramResult;
using testing::run_program;
using testing::TemporaryDirectory;

class BenchCommand : public ::testing::Test {
 protected:
  void SetUp() override { ::setenv("CURB_BENCH_ELEMENTS", "65536", 1); }
  TemporaryDirectory directory_;
};

TEST_F(BenchCommand, LeavesResultsTablesAndAPage) {
  const std::string out = directory_.path("out");
  const ProgramResult result = run_program(
      {"bench", "--quick", "--filter", "^unfused/|^update/sgd|^many/10/", "--out", out});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, data::read_file(out + "/tables.md"));
  EXPECT_NE(result.out.find("## Fused against separate passes"), std::string::npos);
  EXPECT_NE(result.out.find("## Many tensors in one plan"), std::string::npos);
  const std::string page = data::read_file(out + "/page.html");
  EXPECT_NE(page.find("Roofline of the CPU"), std::string::npos);
  const nlohmann::json results = nlohmann::json::parse(data::read_file(out + "/results.json"));
  EXPECT_EQ(results.at("benchmarks").size(), 8u + 3u + 1u);
  EXPECT_FALSE(results.at("programs").at("update_bench").at("commit").get<std::string>().empty());
  EXPECT_NE(result.err.find("wrote " + out + "/results.json"), std::string::npos);

  const ProgramResult again = run_program({"bench", "--quick", "--out", out});
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_NE(again.err.find("holds results already (results.json)"), std::string::npos);

  const ProgramResult compared = run_program({"bench", "--compare", out, out + "/results.json"});
  EXPECT_EQ(compared.exit_code, 0) << compared.err;
  EXPECT_NE(compared.out.find("B is better in 0, worse in 0, undecided in 12"), std::string::npos)
      << compared.out;
}

TEST_F(BenchCommand, JsonAloneGoesToStdout) {
  const ProgramResult result = run_program({"bench", "--quick", "--quiet", "--json", "--filter",
                                            "^update/sgd/off", "--out", directory_.path("out")});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(nlohmann::json::parse(result.out).at("benchmarks").size(), 1u);
  EXPECT_EQ(result.err, "");
}

TEST_F(BenchCommand, MistakesAreNamed) {
  const auto fails = [](const std::vector<std::string>& arguments, int code,
                        const std::string& message) {
    const ProgramResult result = run_program(arguments);
    EXPECT_EQ(result.exit_code, code);
    EXPECT_EQ(result.err.find("curb: " + message), 0u) << result.err;
    EXPECT_EQ(result.out, "");
  };
  fails({"bench", "--filter", "("}, 2, "--filter: \"(\" is no regular expression");
  fails({"bench", "--filter", "no such name"}, 2, "--filter: no benchmark has a name that matches");
  fails({"bench", "--compare", "one"}, 2, "--compare");
  const std::string absent = directory_.path("absent");
  fails({"bench", "--compare", absent, absent}, 3, absent);
  EXPECT_FALSE(std::filesystem::exists(directory_.path("out")));
}

}  // namespace
}  // namespace curb::cli
