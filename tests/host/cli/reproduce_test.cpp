// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// `curb reproduce` from end to end, with studies small enough to be run here.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host/data/file.hpp"
#include "tests/host/cli/program.hpp"
#include "tests/host/data/temporary_directory.hpp"

namespace curb::cli {
namespace {

using nlohmann::json;
using testing::ProgramResult;
using testing::run_program;
using testing::TemporaryDirectory;

using Arguments = std::vector<std::string>;

/// A study of the digits whose row is said to reach `published` percent.
std::string digits_study(const std::string& published, const std::string& settings = "") {
  return "title = \"Digits\"\nsource = \"nobody\"\nmeasure = \"test_accuracy\"\n"
         "reading = \"last_epoch\"\nseeds = [1, 2]\n"
         "[settings]\ndata = \"digits\"\nhidden = [16]\nepochs = 3\n" +
         settings + "[[row]]\nname = \"plain\"\npublished = " + published + "\ntolerance = 5\n";
}

class Reproduce : public ::testing::Test {
 protected:
  ProgramResult run(const std::string& study, const Arguments& more = {}) {
    Arguments arguments{"reproduce", directory_.write("study.toml", study), "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments);
  }
  TemporaryDirectory directory_;
};

/// Expects exit code and message, which is one line on stderr.
void expect_failure(const Arguments& arguments, int exit_code, const std::string& message) {
  const ProgramResult result = run_program(arguments);
  EXPECT_EQ(result.exit_code, exit_code) << ::testing::PrintToString(arguments);
  EXPECT_EQ(result.err, "curb: " + message + "\n");
  EXPECT_EQ(result.out, "");
}

TEST_F(Reproduce, SaysWhetherWhatWasPublishedCameOut) {
  const ProgramResult within = run(digits_study("90"));
  EXPECT_EQ(within.exit_code, 0) << within.err << within.out;
  EXPECT_NE(within.out.find("  within  "), std::string::npos) << within.out;
  EXPECT_EQ(within.err, "");
  const ProgramResult outside = run(digits_study("50"));
  EXPECT_EQ(outside.exit_code, 1) << outside.err;
  EXPECT_NE(outside.out.find("  OUTSIDE  "), std::string::npos) << outside.out;
}

TEST_F(Reproduce, KeepsTheRawResults) {
  const std::string out = directory_.path("out");
  const ProgramResult result = run(digits_study("90"), {"--json", "--out", out});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const json printed = json::parse(result.out);
  EXPECT_EQ(json::parse(data::read_file(out + "/results.json")), printed);
  EXPECT_EQ(printed.at("reproduced"), true);
  EXPECT_EQ(printed.at("conditions").at("version"), CURB_VERSION);
  ASSERT_EQ(printed.at("rows")[0].at("runs").size(), 2u);

  // The configuration is one that `curb train` takes, and the first seed's.
  const std::string config =
      directory_.write("row.toml", printed.at("rows")[0].at("configuration").get<std::string>());
  const ProgramResult trained = run_program({"train", "--quiet", "--json", "--config", config});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  EXPECT_EQ(100.0 * json::parse(trained.out).at("test_accuracy").get<double>(),
            printed.at("rows")[0].at("runs")[0].at("figure"));

  const ProgramResult again = run(digits_study("90"), {"--out", out});
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_EQ(again.err, "curb: --out: " + out +
                           " holds results already (results.json); name another folder, or remove "
                           "that one\n");
}

TEST_F(Reproduce, ShowsHowFarItIs) {
  const ProgramResult result =
      run_program({"reproduce", directory_.write("study.toml", digits_study("90"))});
  EXPECT_NE(result.err.find("\n2 of 2: plain, seed 2: "), std::string::npos) << result.err;
}

TEST_F(Reproduce, ADivergedRunHasItsOwnCode) {
  const ProgramResult result = run(
      digits_study("90", "activation = \"identity\"\noptimizer = \"sgd\"\nlearning_rate = 1e18\n"));
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_TRUE(result.err.starts_with("curb: plain, seed 1: diverged in epoch ")) << result.err;
  EXPECT_EQ(result.out, "");
}

TEST_F(Reproduce, KeepsWhatWasDoneBeforeCtrlC) {
  const std::string out = directory_.path("out");
  std::string study = digits_study("90");
  study.replace(study.find("epochs = 3"), 10, "epochs = 60");
  study.replace(study.find("[1, 2]"), 6,
                "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]");
  const ProgramResult result =
      run_program({"reproduce", directory_.write("study.toml", study), "--quiet", "--out", out},
                  {.interrupt_after = out + "/results.json"});
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_EQ(result.out, "");
  const json kept = json::parse(data::read_file(out + "/results.json"));
  EXPECT_EQ(kept.at("complete"), false);
  EXPECT_GE(kept.at("rows")[0].at("runs").size(), 1u);
}

TEST_F(Reproduce, DrawsIrrelevantInputs) {
  const std::string out = directory_.path("out");
  const ProgramResult result =
      run("kind = \"irrelevant_inputs\"\ntitle = \"t\"\nsource = \"s\"\nseeds = [1, 2, 3]\n"
          "irrelevant = [1, 200]\nrelevant = 1\nstrength = 10\ntrain_rows = 50\n"
          "validation_rows = 30\ntest_rows = 1000\nl1 = [0.02]\nl2 = [0.1]\ngrowth = 0.5\n"
          "[settings]\noptimizer = \"momentum\"\nepochs = 300\nmetrics_every = 100\n",
          {"--out", out});
  EXPECT_EQ(result.exit_code, 0) << result.err << result.out;
  EXPECT_NE(result.out.find("claim: L1's growth is below 0.5 times L2's: holds\n"),
            std::string::npos)
      << result.out;
  EXPECT_TRUE(data::read_file(out + "/test_error.svg").starts_with("<svg "));
  EXPECT_EQ(json::parse(data::read_file(out + "/results.json")).at("sizes").size(), 2u);
}

TEST_F(Reproduce, RefusesWhatItCannotDo) {
  expect_failure({"reproduce", "nilsen"}, 2,
                 "curb reproduce: there is no study \"nilsen\"; did you mean \"nielsen\"? (ng, "
                 "nielsen, srivastava, or a FILE.toml)");
  expect_failure({"reproduce"}, 2, "NAME is required");
  expect_failure({"reproduce", "nielsen"}, 2,
                 "--data: nielsen needs MNIST: say --data mnist:DIRECTORY (tools/get_mnist "
                 "DIRECTORY fetches it)");
  expect_failure({"reproduce", "nielsen", "--data", "digits"}, 2,
                 "--data: nielsen needs MNIST: say --data mnist:DIRECTORY (tools/get_mnist "
                 "DIRECTORY fetches it)");
  const ProgramResult missing = run_program(
      {"reproduce", "nielsen", "--quiet", "--data", "mnist:" + directory_.path("none")});
  EXPECT_EQ(missing.exit_code, 3);
  EXPECT_NE(missing.err.find("tools/get_mnist"), std::string::npos) << missing.err;
  expect_failure({"reproduce", "ng", "--data", "digits"}, 2, "--data: ng makes its data itself");
  expect_failure({"reproduce", directory_.path("none.toml")}, 3,
                 directory_.path("none.toml") + ": cannot open: No such file or directory");
  const std::string study = directory_.write("study.toml", "title = 3\n");
  expect_failure({"reproduce", study}, 2, study + ":1: title: must be a text");
  expect_failure({"reproduce", study, "--quick"}, 2,
                 "--quick: " + study + " has no smaller version");
}

TEST_F(Reproduce, AStudyForAGpuSaysWhatToDoWithoutOne) {
  if (!json::parse(run_program({"info", "--json"}).out)
           .at("cuda")
           .get<std::string>()
           .starts_with("none")) {
    GTEST_SKIP() << "there is a GPU";
  }
  const ProgramResult result =
      run_program({"reproduce", "srivastava", "--data", "mnist:" + directory_.path("none")});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_TRUE(result.err.starts_with("curb: srivastava needs a GPU (")) << result.err;
  EXPECT_NE(result.err.find("say --quick for its smaller version, or --device cpu"),
            std::string::npos)
      << result.err;
}

}  // namespace
}  // namespace curb::cli
