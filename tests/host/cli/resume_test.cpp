// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Runs of the program that are killed, interrupted, and resumed: to the same bits or not at all.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "host/data/file.hpp"
#include "tests/host/cli/program.hpp"
#include "tests/host/data/temporary_directory.hpp"

namespace curb::cli {
namespace {

using nlohmann::json;
using std::chrono::microseconds;
using testing::Arguments;
using testing::operator+;
using testing::ProgramOptions;
using testing::ProgramResult;
using testing::run_program;
using testing::TemporaryDirectory;

const Arguments kTrain{"train", "--quiet", "--data", "digits", "--hidden", "8"};

/// metrics.jsonl without what a clock says.
std::string timeless_metrics(const std::string& run) {
  std::istringstream lines(data::read_file(run + "/metrics.jsonl"));
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    json metrics = json::parse(line);
    metrics.erase("seconds");
    metrics.erase("samples_per_second");
    result += metrics.dump() + "\n";
  }
  return result;
}

void expect_same_run(const std::string& run, const std::string& expected) {
  EXPECT_EQ(data::read_file(run + "/model.safetensors"),
            data::read_file(expected + "/model.safetensors"));
  EXPECT_EQ(timeless_metrics(run), timeless_metrics(expected));
  EXPECT_EQ(data::read_file(run + "/config.toml"), data::read_file(expected + "/config.toml"));
}

std::uintmax_t size_of(const std::string& file) {
  std::error_code absent;
  const std::uintmax_t size = std::filesystem::file_size(file, absent);
  return absent ? 0 : size;
}

// Checkpoints are so frequent that many a kill comes while one is being written.
TEST(ResumedProgram, TwentyKillsChangeNoBit) {
  const std::uint32_t seed = 20261127;
  const TemporaryDirectory directory;
  const Arguments train = kTrain + Arguments{"--batch",
                                             "128",
                                             "--epochs",
                                             "20",
                                             "--validation",
                                             "0.2",
                                             "--patience",
                                             "18",
                                             "--l1",
                                             "1e-4",
                                             "--max-norm",
                                             "2",
                                             "--dropout",
                                             "0.1,0.2",
                                             "--input-noise",
                                             "0.1",
                                             "--checkpoint-every",
                                             "7",
                                             "--checkpoint-minutes",
                                             "1e-5"};
  const std::string expected = directory.path("undisturbed");
  ASSERT_EQ(run_program(train + Arguments{"--out", expected}).exit_code, 0);
  const std::uintmax_t whole = size_of(expected + "/metrics.jsonl");

  std::mt19937 random(seed);
  std::printf("seed %u, killed at a metrics.jsonl of so many of %d bytes, and us later:", seed,
              static_cast<int>(whole));
  int kills = 0;
  for (int i = 0; kills < 20; ++i) {
    const std::string run = directory.path("run" + std::to_string(i));
    const std::string metrics = run + "/metrics.jsonl";
    Arguments arguments = train + Arguments{"--out", run};
    for (bool ended = false; !ended;) {
      ProgramOptions options;
      const std::uintmax_t reached = size_of(metrics);
      if (kills < 20 && reached < whole * 9 / 10) {  // let it end now and then
        options.interrupt_after = metrics;
        options.signal = SIGKILL;
        options.bytes = std::max<std::uintmax_t>(reached + random() % (whole - reached) / 2, 1);
        options.delay = microseconds(random() % 5000);
      }
      const ProgramResult result = run_program(arguments, options);
      if (result.exit_code == 128 + SIGKILL) {
        ++kills;
        std::printf(" %d+%d", static_cast<int>(options.bytes),
                    static_cast<int>(options.delay.count()));
      } else {
        ASSERT_EQ(result.exit_code, 0) << result.err;
        ended = true;
      }
      if (size_of(run + "/checkpoint") > 0 || size_of(run + "/checkpoint.previous") > 0) {
        arguments = {"train", "--quiet", "--resume", run};
      } else {
        std::filesystem::remove_all(run);  // killed too early to have anything to go on from
      }
    }
    expect_same_run(run, expected);
    for (const auto& entry : std::filesystem::directory_iterator(run)) {
      EXPECT_EQ(entry.path().string().find(".tmp"), std::string::npos) << entry.path();
    }
  }
  std::printf("\n");
}

class ResumedRun : public ::testing::Test {
 protected:
  /// Expects this failure, and that it has touched nothing of the run.
  void expect_refusal(const Arguments& flags, int exit_code, const std::string& message,
                      const ProgramOptions& options = {}) {
    const std::string metrics = data::read_file(run_ + "/metrics.jsonl");
    const ProgramResult result =
        run_program(Arguments{"train", "--quiet", "--resume"} + flags, options);
    EXPECT_EQ(result.exit_code, exit_code) << result.out;
    EXPECT_EQ(result.err, "curb: " + message + "\n");
    EXPECT_EQ(data::read_file(run_ + "/metrics.jsonl"), metrics);
  }
  void train(const Arguments& flags) const {
    const ProgramResult result = run_program(kTrain + flags + Arguments{"--out", run_});
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  /// Flips a bit in the middle.
  void damage(const std::string& name) const {
    std::string bytes = data::read_file(run_ + "/" + name);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 16);
    directory_.write("run/" + name, bytes);
  }

  TemporaryDirectory directory_;
  const std::string run_ = directory_.path("run");
};

TEST_F(ResumedRun, GoesOnAfterCtrlC) {
  const Arguments train = kTrain + Arguments{"--metrics-every", "100"};
  const std::string expected = directory_.path("undisturbed");
  for (const int signal : {SIGINT, SIGTERM}) {
    std::filesystem::remove_all(run_);
    const ProgramResult interrupted =
        run_program(train + Arguments{"--json", "--epochs", "100000", "--out", run_},
                    {.interrupt_after = run_ + "/metrics.jsonl", .signal = signal});
    ASSERT_EQ(interrupted.exit_code, 130) << interrupted.err;
    EXPECT_EQ(json::parse(interrupted.out).at("ending"), "interrupted");
    // As many epochs as make the run end soon, whenever it was interrupted.
    const std::int64_t begun = json::parse(interrupted.out).at("epochs").get<std::int64_t>();
    const std::string epochs = std::to_string((begun / 100 + 1) * 100);
    const ProgramResult resumed =
        run_program({"train", "--quiet", "--json", "--resume", run_, "--epochs", epochs});
    ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
    EXPECT_EQ(json::parse(resumed.out).at("folder"), run_);
    std::filesystem::remove_all(expected);
    ASSERT_EQ(run_program(train + Arguments{"--epochs", epochs, "--out", expected}).exit_code, 0);
    expect_same_run(run_, expected);
  }
}

TEST_F(ResumedRun, MayBeGivenWhatItHasAndMoreEpochs) {
  train({"--epochs", "4", "--checkpoint-every", "3"});
  const std::string model = data::read_file(run_ + "/model.safetensors");
  const ProgramResult again = run_program(
      {"train", "--quiet", "--resume", run_, "--data", "digits", "--hidden", "8", "--seed", "1"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(data::read_file(run_ + "/model.safetensors"), model);

  const ProgramResult longer =
      run_program({"train", "--quiet", "--json", "--resume", run_, "--epochs", "6"});
  EXPECT_EQ(json::parse(longer.out).at("kept_epoch"), 6);
  EXPECT_NE(data::read_file(run_ + "/config.toml").find("epochs = 6\n"), std::string::npos);
  expect_refusal({run_, "--epochs", "5"}, 2, "--epochs: the run is in epoch 6 already, beyond 5");
}

TEST_F(ResumedRun, MayBeACommittee) {
  const Arguments train =
      kTrain + Arguments{"--epochs", "100", "--ensemble", "3", "--metrics-every", "4"};
  const std::string expected = directory_.path("undisturbed");
  ASSERT_EQ(run_program(train + Arguments{"--out", expected}).exit_code, 0);
  const std::string metrics = expected + "/metrics.jsonl";
  for (const int signal : {SIGKILL, SIGINT}) {
    std::filesystem::remove_all(run_);
    const ProgramResult stopped =
        run_program(train + Arguments{"--out", run_}, {.interrupt_after = run_ + "/metrics.jsonl",
                                                       .bytes = size_of(metrics) / 2,
                                                       .signal = signal});
    ASSERT_EQ(stopped.exit_code, signal == SIGINT ? 130 : 128 + signal) << stopped.err;
    expect_refusal({run_, "--epochs", "30"}, 2,
                   "--epochs: cannot change in a run that is resumed: a committee's members have "
                   "as many each");
    const ProgramResult resumed = run_program({"train", "--quiet", "--json", "--resume", run_});
    ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
    EXPECT_EQ(json::parse(resumed.out).at("members").size(), 3u);
    expect_same_run(run_, expected);
  }
}

TEST_F(ResumedRun, MayEndBeforeAScheduleBegins) {
  train({"--epochs", "4", "--checkpoint-every", "2", "--l1", "1e-4", "--l1-schedule", "from=3ep"});
  const Arguments cut_short{"train", "--json",   "--epochs",
                            "3",     "--resume", run_ + "/checkpoint.previous"};
  const ProgramResult resumed = run_program(cut_short);
  EXPECT_EQ(resumed.exit_code, 0);
  EXPECT_EQ(json::parse(resumed.out).at("epochs"), 3);
  EXPECT_NE(resumed.err.find("--l1-schedule: from=3ep (step 129) is never reached: the run ends "
                             "after 129 steps (43 an epoch)\n"),
            std::string::npos)
      << resumed.err;
}

TEST_F(ResumedRun, RefusesFlagsThatWouldMakeItAnotherRun) {
  train({"--epochs", "1", "--checkpoint-every", "1"});
  const auto expect_named = [&](const Arguments& flags, const std::string& name) {
    expect_refusal(Arguments{run_} + flags, 2,
                   "--" + name + ": cannot change in a run that is resumed");
  };
  expect_named({"--l1", "1e-3"}, "l1");
  expect_named({"--hidden", "9"}, "hidden");
  expect_named({"--optimizer", "adam"}, "optimizer");
  expect_named({"--seed", "2"}, "seed");
  expect_named({"--metrics-every", "2"}, "metrics-every");
  expect_named({"--set", "batch=16"}, "batch");
  expect_named({"--epochs", "9", "--layer", "1:l2=0.1"}, "layer");
  expect_refusal({run_, "--config", "other.toml"}, 2,
                 "--config: a run that is resumed goes by its own config.toml");
  expect_refusal({run_, "--out", "other"}, 2,
                 "--out: excludes --resume; the run goes on in its own folder");
  EXPECT_EQ(run_program(kTrain + Arguments{"--elsewhere"}).err,
            "curb: --elsewhere: only a run that is resumed can move\n");
}

TEST_F(ResumedRun, GoesOnFromTheCheckpointBeforeADamagedOne) {
  train({"--epochs", "4", "--checkpoint-every", "2"});
  const std::string model = data::read_file(run_ + "/model.safetensors");
  const std::string checkpoint = data::read_file(run_ + "/checkpoint");
  const std::string previous = run_ + "/checkpoint.previous";
  damage("checkpoint");
  const ProgramResult refused = run_program({"train", "--quiet", "--resume", run_});
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_TRUE(refused.err.starts_with("curb: " + run_ +
                                      "/checkpoint: damaged or cut short: its checksum is "))
      << refused.err;
  EXPECT_TRUE(refused.err.ends_with(" (the one before it is there: --resume " + previous + ")\n"))
      << refused.err;

  std::filesystem::remove(run_ + "/model.safetensors");
  EXPECT_EQ(run_program({"train", "--quiet", "--resume", previous}).exit_code, 0);
  EXPECT_EQ(data::read_file(run_ + "/model.safetensors"), model);
  EXPECT_EQ(run_program({"train", "--quiet", "--resume", run_}).exit_code, 0);  // good once more

  damage("checkpoint");
  damage("checkpoint.previous");
  EXPECT_EQ(run_program({"train", "--quiet", "--resume", previous}).exit_code, 3);
}

// A process may be killed when the last one has been renamed and the new one not yet.
TEST_F(ResumedRun, GoesOnWhereThereIsOnlyTheOneBefore) {
  train({"--epochs", "4", "--checkpoint-every", "2"});
  const std::string model = data::read_file(run_ + "/model.safetensors");
  std::filesystem::remove(run_ + "/checkpoint");
  EXPECT_EQ(run_program({"train", "--quiet", "--resume", run_}).exit_code, 0);
  EXPECT_EQ(data::read_file(run_ + "/model.safetensors"), model);
}

TEST_F(ResumedRun, RefusesWhatIsNotItsOwn) {
  train({"--epochs", "1", "--checkpoint-every", "1"});
  const std::string config = data::read_file(run_ + "/config.toml");
  directory_.write("run/config.toml", config + "l1 = 0.5\n");
  EXPECT_EQ(run_program({"train", "--quiet", "--resume", run_}).exit_code, 3);  // l1 is there twice
  std::string edited = config;
  edited.replace(edited.find("\nl1 = 0\n"), 8, "\nl1 = 1\n");
  directory_.write("run/config.toml", edited);
  expect_refusal({run_}, 3,
                 run_ + "/checkpoint: of a run with another l1 than config.toml has by now");
  directory_.write("run/config.toml", config);

  directory_.write("run/checkpoint", data::read_file(run_ + "/model.safetensors"));
  expect_refusal({run_}, 3,
                 run_ + "/checkpoint: not a checkpoint of curb, or damaged in its first bytes");
  std::filesystem::remove(run_ + "/checkpoint");
  expect_refusal({run_}, 3, run_ + ": has no checkpoint to go on from");
  expect_refusal({directory_.path("none")}, 3,
                 directory_.path("none") + "/config.toml: cannot open: No such file or directory");
}

TEST_F(ResumedRun, RefusesDataThatHaveChanged) {
  const std::string table = directory_.write("t.csv", "x,y\n0,a\n1,b\n2,a\n3,b\n");
  ASSERT_EQ(run_program({"train", "--quiet", "--data", table, "--epochs", "2", "--checkpoint-every",
                         "1", "--out", run_})
                .exit_code,
            0);
  directory_.write("t.csv", "x,y\n0,a\n1,b\n2,a\n3.5,b\n");
  expect_refusal({run_}, 3,
                 run_ +
                     "/checkpoint: of a run on other data; the rows or columns have changed "
                     "since");
}

TEST_F(ResumedRun, MovesOnlyWhenItIsTold) {
  train({"--epochs", "2", "--checkpoint-every", "1"});
  ProgramOptions two_threads;
  two_threads.threads = 2;
  const ProgramResult refused = run_program({"train", "--quiet", "--resume", run_}, two_threads);
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_NE(refused.err.find("made on \"CPU, 1 thread, "), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("and this is \"CPU, 2 threads, "), std::string::npos) << refused.err;
  const ProgramResult moved =
      run_program({"train", "--quiet", "--json", "--resume", run_, "--elsewhere", "--epochs", "3"},
                  two_threads);
  EXPECT_EQ(moved.exit_code, 0) << moved.err;
  EXPECT_EQ(json::parse(moved.out).at("kept_epoch"), 3);
}

}  // namespace
}  // namespace curb::cli
