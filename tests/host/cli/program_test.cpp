// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The commands from end to end: what a run leaves, and what can be done with it.
#include "tests/host/cli/program.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host/data/file.hpp"
#include "host/train/model_file.hpp"
#include "tests/host/data/temporary_directory.hpp"

namespace curb::cli {
namespace {

using nlohmann::json;
using testing::Arguments;
using testing::operator+;
using testing::ProgramResult;
using testing::run_program;
using testing::TemporaryDirectory;

const Arguments kTrainDigits{"train", "--quiet", "--data", "digits", "--hidden", "16"};

json last_line(const std::string& lines) {
  const std::size_t end = lines.rfind('\n', lines.size() - 2);
  return json::parse(lines.substr(end == std::string::npos ? 0 : end + 1));
}

TEST(Program, SaysWhatItIs) {
  EXPECT_EQ(run_program({"--version"}).out, "curb " CURB_VERSION "\n");
  const json facts = json::parse(run_program({"info", "--json"}).out);
  EXPECT_EQ(facts.at("version"), CURB_VERSION);
  EXPECT_NE(facts.at("cpu").get<std::string>().find("1 thread"), std::string::npos);
  EXPECT_FALSE(facts.at("cuda").get<std::string>().empty());
  EXPECT_NE(run_program({"info"}).out.find("version   " CURB_VERSION "\n"), std::string::npos);
}

TEST(Program, HelpNamesEverySettingWithItsDefault) {
  const ProgramResult help = run_program({"train", "--help"});
  EXPECT_EQ(help.exit_code, 0);
  const auto has = [&help](const std::string& part) {
    return help.out.find(part) != std::string::npos;
  };
  for (const char* part : {"--learning-rate", "--group-lasso", "--tolerance", "--layer", "--out"}) {
    EXPECT_TRUE(has(part)) << part;
  }
  for (const std::string value :
       {"momentum", "prox"}) {  // as one version of CLI11 or another has it
    EXPECT_TRUE(has("=" + value) || has("[" + value + "]")) << value;
  }
}

TEST(Program, LeavesARunThatCanBeUsedByItself) {
  const TemporaryDirectory directory;
  const std::string run = directory.path("run");
  const ProgramResult trained = run_program(
      kTrainDigits + Arguments{"--standardize", "--epochs", "2", "--json", "--out", run});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  EXPECT_EQ(trained.err, "");
  const json summary = json::parse(trained.out);
  EXPECT_EQ(summary.at("ending"), "all_epochs");
  EXPECT_EQ(summary.at("folder"), run);

  const json report = last_line(data::read_file(run + "/metrics.jsonl"));
  EXPECT_EQ(report.at("epoch"), 2);
  EXPECT_EQ(report.at("test_accuracy"), summary.at("test_accuracy"));
  EXPECT_NE(data::read_file(run + "/config.toml").find("standardize = true\n"), std::string::npos);

  const std::string model = run + "/model.safetensors";
  EXPECT_EQ(train::load_model(model).configuration, data::read_file(run + "/config.toml"));
  const ProgramResult evaluated =
      run_program({"eval", model, "--data", "digits", "--json", "--quiet"});
  ASSERT_EQ(evaluated.exit_code, 0) << evaluated.err;
  EXPECT_EQ(json::parse(evaluated.out).at("loss"), summary.at("test_loss"));
  EXPECT_EQ(json::parse(evaluated.out).at("accuracy"), summary.at("test_accuracy"));
}

// Flags go before the file; the folder's own config.toml makes the same model again, bit for bit.
TEST(Program, RunsFromAFile) {
  const TemporaryDirectory directory;
  const std::string config = directory.write(
      "digits.toml",
      "data = \"digits\"\nhidden = [16]\nepochs = 3\nl1 = 1e-4\ninput_noise = 0.1\n");
  const std::string first = directory.path("first");
  const std::string second = directory.path("second");
  const ProgramResult trained = run_program({"train", "--quiet", "--config", config, "--set",
                                             "seed=3", "--epochs", "2", "--json", "--out", first});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  EXPECT_EQ(json::parse(trained.out).at("epochs"), 2);
  EXPECT_EQ(run_program({"train", "--quiet", "--config", first + "/config.toml", "--out", second})
                .exit_code,
            0);
  EXPECT_EQ(data::read_file(first + "/model.safetensors"),
            data::read_file(second + "/model.safetensors"));
  EXPECT_EQ(run_program({"train", "--config", config, "--set", "l3=1"}).err,
            "curb: --set l3: there is no such setting; did you mean \"l1\"?\n");
}

TEST(Program, TrainsACommitteeThatIsOneModel) {
  const TemporaryDirectory directory;
  const std::string run = directory.path("run");
  const ProgramResult trained = run_program(
      kTrainDigits + Arguments{"--ensemble", "3", "--epochs", "2", "--json", "--out", run});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const json summary = json::parse(trained.out);
  ASSERT_EQ(summary.at("members").size(), 3u);
  EXPECT_EQ(summary.at("members")[2].at("seed"), 3);
  EXPECT_EQ(last_line(data::read_file(run + "/metrics.jsonl")).at("member"), 2);

  const std::string model = run + "/model.safetensors";
  const ProgramResult evaluated =
      run_program({"eval", model, "--data", "digits", "--json", "--quiet"});
  ASSERT_EQ(evaluated.exit_code, 0) << evaluated.err;
  const json result = json::parse(evaluated.out);
  EXPECT_EQ(result.at("accuracy"), summary.at("test_accuracy"));
  EXPECT_EQ(result.at("loss"), summary.at("test_loss"));
  EXPECT_EQ(result.at("members")[1].at("loss"), summary.at("members")[1].at("test_loss"));
  const ProgramResult predicted = run_program({"predict", model, "--data", "digits", "--quiet"});
  EXPECT_EQ(std::count(predicted.out.begin(), predicted.out.end(), '\n'), 451);

  const std::string again = directory.path("again");
  EXPECT_EQ(
      run_program({"train", "--quiet", "--config", run + "/config.toml", "--out", again}).exit_code,
      0);
  EXPECT_EQ(data::read_file(again + "/model.safetensors"), data::read_file(model));
}

TEST(Program, PredictsRowsThatHaveNoTarget) {
  const TemporaryDirectory directory;
  const std::string run = directory.path("run");
  std::string table = "x,y,\"a,b\"\n";
  for (int i = 0; i < 40; ++i) {
    table += std::to_string(i % 10) + "," + std::to_string(i % 7) + "," +
             (i % 10 > 4 ? "\"large, x\"" : "small") + "\n";
  }
  const ProgramResult trained =
      run_program({"train", "--quiet", "--data", directory.write("t.csv", table), "--standardize",
                   "--epochs", "60", "--out", run});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;

  const std::string rows = directory.write("rows.csv", "y,x\n3,0\n3,9\n");
  const Arguments predict{"predict", run + "/model.safetensors", "--quiet", "--data", rows};
  const ProgramResult predicted = run_program(predict);
  ASSERT_EQ(predicted.exit_code, 0) << predicted.err;
  EXPECT_TRUE(predicted.out.starts_with("\"a,b\",\"score of large, x\",score of small\nsmall,"))
      << predicted.out;
  EXPECT_NE(predicted.out.find("\n\"large, x\","), std::string::npos) << predicted.out;

  const std::string file = directory.path("predictions.csv");
  EXPECT_EQ(run_program(predict + Arguments{"--out", file}).out, "");
  EXPECT_EQ(data::read_file(file), predicted.out);
  const ProgramResult full = run_program(predict + Arguments{"--out", "/dev/full"});
  EXPECT_EQ(full.exit_code, 3);
  EXPECT_EQ(full.err, "curb: /dev/full: cannot write: No space left on device\n");
}

TEST(Program, PredictsNumbers) {
  const TemporaryDirectory directory;
  const std::string run = directory.path("run");
  const std::string table = directory.write("t.csv", "x,y\n-2,-3\n-1,-1\n1,3\n2,5\n");
  const ProgramResult trained = run_program(
      {"train", "--quiet", "--data", table, "--task", "regression", "--hidden", "", "--batch",
       "full", "--epochs", "2000", "--metrics-every", "100", "--tolerance", "1e-6", "--out", run});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  EXPECT_NE(trained.out.find("the residual is below the tolerance"), std::string::npos);
  const ProgramResult predicted = run_program({"predict", run + "/model.safetensors", "--quiet",
                                               "--data", directory.write("r.csv", "x\n10\n")});
  ASSERT_TRUE(predicted.out.starts_with("y\n")) << predicted.out;
  EXPECT_NEAR(std::stod(predicted.out.substr(2)), 21.0, 1e-3);
}

TEST(Program, KeepsTheLastGoodWeightsOfARunThatDiverges) {
  const TemporaryDirectory directory;
  const std::string run = directory.path("run");
  const Arguments rough{"train",        "--quiet",     "--data",          "digits",
                        "--hidden",     "256,256,256", "--optimizer",     "sgd",
                        "--activation", "gelu",        "--learning-rate", "0.3",
                        "--epochs",     "20"};
  const ProgramResult diverged = run_program(rough + Arguments{"--out", run});
  EXPECT_EQ(diverged.exit_code, 5);
  EXPECT_TRUE(diverged.err.starts_with("curb: diverged in epoch ")) << diverged.err;
  EXPECT_NE(diverged.out.find("then it diverged"), std::string::npos);
  EXPECT_EQ(run_program({"eval", run + "/model.safetensors", "--data", "digits"}).exit_code, 0);

  const ProgramResult held = run_program(rough + Arguments{"--max-norm", "3", "--json"});
  ASSERT_EQ(held.exit_code, 0) << held.err;
  EXPECT_GT(json::parse(held.out).at("test_accuracy").get<double>(), 0.9);
}

TEST(Program, KeepsWhatWasLearntBeforeCtrlC) {
  const TemporaryDirectory directory;
  const std::string run = directory.path("run");
  const ProgramResult result =
      run_program(kTrainDigits + Arguments{"--epochs", "1000000", "--json", "--out", run},
                  {.interrupt_after = run + "/metrics.jsonl"});
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_EQ(json::parse(result.out).at("ending"), "interrupted");
  EXPECT_EQ(last_line(data::read_file(run + "/metrics.jsonl")).at("epoch"),
            json::parse(result.out).at("epochs"));
  EXPECT_EQ(run_program({"eval", run + "/model.safetensors", "--data", "digits"}).exit_code, 0);
}

TEST(Program, SaysNothingButResultsUnlessItIsAskedTo) {
  const Arguments train{"train", "--data", "digits", "--hidden", "", "--epochs", "1"};
  const ProgramResult spoken = run_program(train);
  EXPECT_TRUE(spoken.err.starts_with("device: ")) << spoken.err;
  EXPECT_EQ(spoken.err.find('\x1b'), std::string::npos);  // no terminal, no colours and no bar
  EXPECT_EQ(spoken.err.find('\r'), std::string::npos);
  EXPECT_EQ(run_program(train + Arguments{"--quiet"}).err, "");
}

TEST(Program, SaysThatAveragesHaveNoZeros) {
  std::vector<std::string> arguments{"train", "--data", "digits", "--epochs",
                                     "1",     "--l1",   "1e-3",   "--quiet"};
  const std::string said = "averages with decay 0.9, which have no exact zeros\n";
  EXPECT_EQ(run_program(arguments).out.find(said), std::string::npos);
  arguments.insert(arguments.end(), {"--ema-decay", "0.9"});
  EXPECT_NE(run_program(arguments).out.find(said), std::string::npos);
}

TEST(Program, TakesAnEmptyValueInEitherForm) {
  for (const Arguments& none : {Arguments{"--hidden", ""}, Arguments{"--hidden="}}) {
    const ProgramResult result =
        run_program(Arguments{"train", "--quiet", "--json", "--data", "digits"} + none +
                    Arguments{"--epochs=1"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(json::parse(result.out).at("network"), "64-10");
  }
}

// The recipes of docs/training.md, by the accuracy after the last epoch: nothing is chosen by the
// test rows.
json train_recipe(const Arguments& recipe, const std::string& seed) {
  const ProgramResult result =
      run_program(Arguments{"train", "--quiet", "--json", "--data", "digits", "--input-noise",
                            "0.3", "--seed", seed} +
                  recipe);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

TEST(Program, LearnsTheDigitsFromFiveSeeds) {
  const Arguments recipe{"--hidden", "256", "--epochs", "200"};
  double sum = 0.0;
  for (const char* seed : {"1", "2", "3", "4", "5"}) {
    sum += train_recipe(recipe, seed).at("test_accuracy").get<double>();
  }
  EXPECT_GE(sum / 5, 0.955);
}

TEST(Program, LearnsTheDigitsWithAQuarterOfTheWeights) {
  const json sparse = train_recipe({"--hidden", "512", "--learning-rate", "0.2", "--batch", "256",
                                    "--l1", "1e-4", "--epochs", "900", "--metrics-every", "100"},
                                   "1");
  EXPECT_GE(sparse.at("test_accuracy"), 0.95);
  const json& layers = sparse.at("layers");
  EXPECT_GE(layers[0].at("zeros").get<int>() + layers[1].at("zeros").get<int>(),
            (64 * 512 + 512 * 10) * 7 / 10);
}

}  // namespace
}  // namespace curb::cli
