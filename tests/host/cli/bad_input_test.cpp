// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Everything a user can get wrong: one line that names the flag or the place in the file, an exit
// code that says whose fault it is, and nothing on stdout.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "host/data/open.hpp"
#include "tests/host/cli/program.hpp"
#include "tests/host/data/idx_bytes.hpp"
#include "tests/host/data/temporary_directory.hpp"

namespace curb::cli {
namespace {

using testing::ProgramResult;
using testing::run_program;
using testing::TemporaryDirectory;

using Arguments = std::vector<std::string>;

/// Expects exit code and message, which is one line on stderr.
void expect_failure(const Arguments& arguments, int exit_code, const std::string& message) {
  const ProgramResult result = run_program(arguments);
  EXPECT_EQ(result.exit_code, exit_code) << ::testing::PrintToString(arguments);
  EXPECT_EQ(result.err, "curb: " + message + "\n");
  EXPECT_EQ(result.out, "");
}

void expect_usage_error(Arguments flags, const std::string& message) {
  flags.insert(flags.begin(), {"train", "--quiet", "--data", "digits", "--epochs", "1"});
  expect_failure(flags, 2, message);
}

class BadData : public ::testing::Test {
 protected:
  /// Expects that training on a table with this text fails with the message, less the path.
  void expect_table_error(const std::string& text, const std::string& message) {
    const std::string path = directory_.write("table.csv", text);
    expect_failure({"train", "--quiet", "--data", path}, 3, path + message);
  }
  TemporaryDirectory directory_;
};

TEST(BadFlags, UnknownOnesAreRefusedWithASuggestion) {
  expect_failure({"train", "--data", "digits", "--learnin-rate", "1"}, 2,
                 "curb train: there is no flag --learnin-rate; did you mean \"--learning-rate\"?");
  expect_failure({"train", "--data", "digits", "--momentun=1"}, 2,
                 "curb train: there is no flag --momentun; did you mean \"--momentum\"?");
  expect_failure({"train", "--data", "digits", "more"}, 2,
                 "curb train: \"more\" is one argument too many");
  expect_failure({"evil", "m"}, 2, "curb: there is no command \"evil\"; did you mean \"eval\"?");
  expect_failure({}, 2, "no command is given; see curb --help");
  expect_failure({"train"}, 2, "--data: is missing: what is there to learn from?");
  expect_failure({"eval", "m"}, 2, "--data is required");
}

TEST(BadFlags, ValuesAreNamedWithTheirFlag) {
  expect_usage_error({"--l1", "-1"}, "--l1: must be a number >= 0, not \"-1\"");
  expect_usage_error({"--l2", "-0.5"}, "--l2: must be a number >= 0, not \"-0.5\"");
  expect_usage_error({"--weight-decay", "x"}, "--weight-decay: must be a number >= 0, not \"x\"");
  expect_usage_error({"--hidden", "0"}, "--hidden: must be a whole number >= 1, not \"0\"");
  expect_usage_error({"--max-norm", "0"},
                     "--max-norm: must be a number > 0 (inf: none), not \"0\"");
  expect_usage_error({"--momentum", "1"}, "--momentum: must be a number in [0, 1), not \"1\"");
  expect_usage_error({"--layer", "7:l1=1"}, "--layer: there is no layer 7 among 2, counted from 0");
  expect_usage_error({"--patience", "3"},
                     "--patience: needs validation rows to look at; see validation");
  expect_usage_error(
      {"--max-norm", "1e-35"},
      "group 'layers.0': max_norm must be at least 1e-30 (infinity: none), not 1e-35");
}

TEST(BadFlags, AScheduleBeginsWithinTheRun) {
  expect_usage_error({"--l1", "1e-4", "--l1-schedule", "from=43"},
                     "--l1-schedule: from=43 is never reached: the run ends after 43 steps "
                     "(43 an epoch)");
  expect_usage_error({"--layer", "1:l1=1e-4", "--layer", "1:l1-schedule=from=1ep"},
                     "--layer: 1:l1_schedule: from=1ep (step 43) is never reached: the run ends "
                     "after 43 steps (43 an epoch)");
}

TEST(BadFlags, ThePrecisionsOfAGpuAreRefusedOnTheCpu) {
  expect_usage_error({"--device", "cpu", "--precision", "bf16"},
                     "--precision bf16: on CUDA only, and this is the CPU");
  expect_usage_error({"--precision", "bp16"},
                     "--precision: there is no \"bp16\"; did you mean \"bf16\"? (fp32|tf32|bf16)");
}

TEST(BadFlags, ADeviceThatIsNotThereHasItsOwnCode) {
  const ProgramResult result =
      run_program({"train", "--quiet", "--data", "digits", "--device", "cuda:63"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_TRUE(result.err.starts_with("curb: --device cuda:63: not to be had: ")) << result.err;
  expect_usage_error({"--device", "gpu"},
                     "--device: must be auto, cpu, cuda or cuda:N, not \"gpu\"");
}

TEST_F(BadData, FilesThatCannotBeRead) {
  const std::string path = directory_.path("none.csv");
  expect_failure({"train", "--quiet", "--data", path}, 3,
                 path + ": cannot open: No such file or directory");
  expect_failure({"train", "--quiet", "--data", "digit"}, 3,
                 std::string("unknown data \"digit\"; did you mean \"digits\"? (data are ") +
                     data::kDataForms + ")");
}

TEST_F(BadData, TablesThatAreNone) {
  expect_table_error("", ": the file is empty");
  expect_table_error("a,b\n1,2\n3\n",
                     ":3: the row has 1 fields, the header 2; column \"b\" is missing");
  expect_table_error("a,b\n1,2\nx,3\n", ":3: column \"a\": expected a number, found \"x\"");
  expect_table_error("a,b\n1,2\nnan,3\n", ":3: column \"a\": \"nan\" is not a finite number");
  expect_table_error("a,b\n1,2\n3,2\n",
                     ":2: column \"b\": every row is of class \"2\"; classification needs two "
                     "classes or more");
}

TEST_F(BadData, ImagesThatAreNone) {
  const std::string labels = directory_.write("labels", testing::idx_bytes({2}, {0, 1}));
  const auto expect_image_error = [&](const std::string& bytes, const std::string& message) {
    const std::string images = directory_.write("images", bytes);
    const ProgramResult result =
        run_program({"train", "--quiet", "--data", "idx:" + images + "," + labels});
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_NE(result.err.find(message), std::string::npos) << result.err;
  };
  const std::string whole = testing::idx_bytes({2, 1, 2}, {1, 2, 3, 4});
  expect_image_error(whole.substr(0, whole.size() - 1), "cut short");
  expect_image_error("\x01" + whole.substr(1), "magic");
}

TEST_F(BadData, LabelsThatTrainingDidNotHave) {
  const std::string train = directory_.write("train.csv", "a,kind\n1,x\n2,y\n");
  const std::string test = directory_.write("test.csv", "a,kind\n1,x\n2,z\n");
  expect_failure({"train", "--quiet", "--data", train, "--test", test}, 3,
                 test + ":3: column \"kind\": class \"z\" does not occur in the training data");
}

TEST_F(BadData, ModelsThatAreNone) {
  const std::string path = directory_.write("model.safetensors", "not a model");
  const ProgramResult result = run_program({"eval", path, "--data", "digits"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_TRUE(result.err.starts_with("curb: " + path + ": ")) << result.err;
}

TEST_F(BadData, FoldersThatCannotTakeARun) {
  const Arguments train{"train", "--quiet", "--data", "digits", "--epochs", "1", "--out"};
  Arguments arguments = train;
  arguments.push_back(directory_.write("file", "") + "/run");
  expect_failure(arguments, 3, arguments.back() + ": cannot make the folder: Not a directory");

  arguments.back() = directory_.path("run");
  EXPECT_EQ(run_program(arguments).exit_code, 0);
  expect_failure(arguments, 2,
                 "--out: " + arguments.back() +
                     " holds a run already (config.toml); name another folder, or remove that one");
}

TEST_F(BadData, AFullDiskIsNoticedAndLeavesNoHalfAModel) {
  const std::string run = directory_.path("run");
  const ProgramResult result =
      run_program({"train", "--quiet", "--data", "digits", "--epochs", "1", "--out", run},
                  {.interrupt_after = "", .largest_file = 4096});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.err, "curb: " + run + "/model.safetensors: cannot write: File too large\n");
  EXPECT_FALSE(std::filesystem::exists(run + "/model.safetensors"));
}

}  // namespace
}  // namespace curb::cli
