// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A run's folder: what it holds, and what it refuses to overwrite.
#include "host/train/run_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "host/data/file.hpp"
#include "tests/host/data/data_error.hpp"
#include "tests/host/data/temporary_directory.hpp"

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

TEST(RunFolder, CannotBeAFile) {
  const testing::TemporaryDirectory directory;
  const std::string path = directory.write("file", "") + "/run";
  EXPECT_TRUE(testing::data_error([&] {
                RunFolder folder(path, some_settings());
              }).starts_with(path + ": cannot make the folder: "));
}

}  // namespace
}  // namespace curb::train
