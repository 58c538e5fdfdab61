// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A run's folder: what it holds, and what it refuses to overwrite.
#include "host/train/run_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "host/data/file.hpp"
#include "host/train/checkpoint_file.hpp"
#include "tests/host/data/data_error.hpp"
#include "tests/host/data/temporary_directory.hpp"
#include "tests/host/train/small_checkpoint.hpp"

namespace curb::train {
namespace {

Settings some_settings() {
  Settings settings;
  settings.data = "digits";
  resolve(settings);
  return settings;
}

TEST(RunFolder, HoldsTheSettingsAndALinePerReport) {
  const testing::TemporaryDirectory directory;
  RunFolder folder(directory.path("a/b"), some_settings());
  EXPECT_EQ(data::read_file(directory.path("a/b/config.toml")), to_toml(some_settings()));
  EpochMetrics metrics;
  metrics.epoch = 1;
  folder.append(metrics);
  metrics.epoch = 2;
  folder.append(metrics);
  const std::string lines = data::read_file(directory.path("a/b/metrics.jsonl"));
  const std::size_t end = lines.find('\n');
  EXPECT_EQ(nlohmann::json::parse(lines.substr(0, end)).at("epoch"), 1);
  EXPECT_EQ(nlohmann::json::parse(lines.substr(end + 1)).at("epoch"), 2);
}

TEST(RunFolder, IsNeverThatOfAnotherRun) {
  for (const std::string name : {"config.toml", "metrics.jsonl", "model.safetensors"}) {
    const testing::TemporaryDirectory directory;
    directory.write(name, "kept");
    try {
      RunFolder folder(directory.path(), some_settings());
      FAIL() << name << " was not noticed";
    } catch (const SettingError& error) {
      EXPECT_EQ(error.setting(), "out");
      EXPECT_EQ(std::string(error.what()), directory.path() + " holds a run already (" + name +
                                               "); name another folder, or remove that one");
    }
    EXPECT_EQ(data::read_file(directory.path(name)), "kept");
  }
}

TEST(RunFolder, MayBeAFolderOfOtherThings) {
  const testing::TemporaryDirectory directory;
  directory.write("notes.txt", "");
  const RunFolder folder(directory.path(), some_settings());
  EXPECT_TRUE(std::filesystem::exists(directory.path("config.toml")));
}

EpochMetrics of_epoch(std::int64_t epoch) {
  EpochMetrics metrics;
  metrics.epoch = epoch;
  return metrics;
}

class ResumedFolder : public ::testing::Test {
 protected:
  ResumedFolder() {
    RunFolder folder(path_, some_settings());
    for (const std::int64_t epoch : {1, 2, 3}) {
      folder.append(of_epoch(epoch));
      folder.save(testing::small_checkpoint());
    }
    folder.append(of_epoch(4));
  }
  std::size_t lines() const {
    const std::string text = data::read_file(path_ + "/metrics.jsonl");
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  testing::TemporaryDirectory directory_;
  const std::string path_ = directory_.path("run");
};

TEST_F(ResumedFolder, ForgetsWhatWasReportedSince) {
  EXPECT_EQ(lines(), 4u);
  RunFolder folder(path_, some_settings(), load_last_checkpoint(path_));
  EXPECT_EQ(lines(), 3u);
  folder.append(of_epoch(4));
  EXPECT_EQ(lines(), 4u);
}

TEST_F(ResumedFolder, TheOneBeforeBecomesTheLastThatIsGoneOnFrom) {
  const std::string previous = path_ + "/checkpoint.previous";
  RunFolder folder(path_, some_settings(), load_checkpoint(previous));
  EXPECT_EQ(lines(), 2u);
  EXPECT_FALSE(std::filesystem::exists(previous));
  EXPECT_EQ(load_last_checkpoint(path_).source, path_ + "/checkpoint");
}

TEST_F(ResumedFolder, TakesOverSettingsThatChanged) {
  Settings longer = some_settings();
  longer.epochs = 77;
  const RunFolder folder(path_, longer, load_last_checkpoint(path_));
  EXPECT_EQ(read_run_settings(path_).epochs, 77);
}

TEST_F(ResumedFolder, IsOneProcessAtATime) {
  const Checkpoint last = load_last_checkpoint(path_);
  const RunFolder first(path_, some_settings(), last);
  EXPECT_EQ(testing::data_error([&] { RunFolder(path_, some_settings(), last); }),
            path_ + ": another process is at work on this run");
}

TEST_F(ResumedFolder, NoticesMetricsThatAreLost) {
  const Checkpoint last = load_last_checkpoint(path_);
  std::filesystem::resize_file(path_ + "/metrics.jsonl", last.metrics_bytes - 1);
  EXPECT_EQ(
      testing::data_error([&] { RunFolder(path_, some_settings(), last); }),
      path_ + "/metrics.jsonl: has lost lines that it had when " + path_ + "/checkpoint was made");
  std::filesystem::remove(path_ + "/metrics.jsonl");
  EXPECT_EQ(testing::data_error([&] { RunFolder(path_, some_settings(), last); }),
            path_ + "/metrics.jsonl: cannot open: No such file or directory");
}

TEST(RunFolder, CannotBeAFile) {
  const testing::TemporaryDirectory directory;
  const std::string path = directory.write("file", "") + "/run";
  EXPECT_TRUE(testing::data_error([&] {
                RunFolder folder(path, some_settings());
              }).starts_with(path + ": cannot make the folder: "));
}

}  // namespace
}  // namespace curb::train
