// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Settings from a file and from the environment: what is read, and where a mistake is said to be.
#include "host/train/config.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "host/data/error.hpp"
#include "tests/host/data/temporary_directory.hpp"

namespace curb::train {
namespace {

class Config : public ::testing::Test {
 protected:
  std::string write(const std::string& text) { return directory_.write("run.toml", text); }

  /// "PLACE: reason" of the refusal of a file with this text, less the folder.
  std::string refusal(const std::string& text) {
    const std::string path = write(text);
    Settings settings;
    try {
      read_config(settings, path);
    } catch (const SettingError& error) {
      return (error.place() + ": " + error.what()).substr(path.size());
    } catch (const data::DataError& error) {
      return std::string(error.what()).substr(path.size());
    }
    return "nothing was refused";
  }

  testing::TemporaryDirectory directory_;
};

TEST_F(Config, HasTheNamesOfTheFlags) {
  Settings settings;
  read_config(settings, write("data = \"digits\"\n"
                              "hidden = [64, 32]\n"
                              "dropout = [0, 0.5]\n"
                              "standardize = true\n"
                              "learning_rate = 1\n"
                              "l1-mode = \"sign\"\n"
                              "max_norm = inf\n"
                              "batch = \"full\"\n"));
  EXPECT_EQ(settings.data, "digits");
  EXPECT_EQ(settings.hidden, (std::vector<std::int64_t>{64, 32}));
  EXPECT_EQ(settings.input_dropout, 0.0f);
  EXPECT_EQ(settings.hidden_dropout, 0.5f);
  EXPECT_TRUE(settings.data_options.standardize);
  EXPECT_EQ(settings.update.learning_rate, 1.0f);
  EXPECT_EQ(settings.update.l1_mode, L1Mode::sign);
  EXPECT_EQ(settings.update.max_norm, rules::kInfinity);
  EXPECT_EQ(settings.batch, 0);
}

TEST_F(Config, GivesLayersValuesOfTheirOwn) {
  Settings settings;
  read_config(settings, write("data = \"digits\"\nhidden = [8]\nl1 = 1e-5\n"
                              "[[layer]]\n[[layer]]\nl1 = 0\nmax_norm = 3\n"));
  resolve(settings);
  const std::vector<UpdateSettings> layers = layer_updates(settings);
  EXPECT_EQ(layers[0].l1, 1e-5f);
  EXPECT_EQ(layers[1].l1, 0.0f);
  EXPECT_EQ(layers[1].max_norm, 3.0f);
}

TEST_F(Config, WhatARunWritesReadsBackAsTheSame) {
  Settings settings;
  settings.data = "digits";
  settings.hidden = {8, 4};
  assign(settings, "l1", "3e-5");
  assign(settings, "dropout", "0.1,0.2");
  assign(settings, "init", "normal:0.05");
  add_layer_override(settings, 1, "group-lasso", "0.25");
  resolve(settings);
  Settings again;
  read_config(again, write(to_toml(settings)));
  resolve(again);
  EXPECT_EQ(to_toml(again), to_toml(settings));
  EXPECT_NE(to_toml(settings).find("[[layer]]\n\n[[layer]]\ngroup_lasso = 0.25\n"),
            std::string::npos)
      << to_toml(settings);
}

TEST_F(Config, MistakesAreNamedWithTheirLine) {
  EXPECT_EQ(refusal("data = \"digits\"\nl1 = -1\n"), ":2: l1: must be a number >= 0, not \"-1\"");
  EXPECT_EQ(refusal("learning_rat = 1\n"),
            ":1: learning_rat: there is no such setting; did you mean \"learning_rate\"?");
  EXPECT_EQ(refusal("[[layer]]\n[[layer]]\nepochs = 3\n"),
            ":3: epochs: no layer has a setting \"epochs\"");
  EXPECT_EQ(refusal("l1 = 1979-05-27\n"),
            ":1: l1: must be a text, a number, true, false or a list");
  EXPECT_EQ(refusal("layer = 3\n"), ":1: layer: each layer is a table of its own: [[layer]]");
  EXPECT_TRUE(refusal("l1 = \n").starts_with(":1: ")) << refusal("l1 = \n");
}

TEST(Environment, HasTheNamesInCapitals) {
  ASSERT_EQ(setenv("CURB_WEIGHT_DECAY", "0.5", 1), 0);
  ASSERT_EQ(setenv("CURB_EPOCHS", "7", 1), 0);
  Settings settings;
  read_environment(settings);
  EXPECT_EQ(settings.update.weight_decay, 0.5f);
  EXPECT_EQ(settings.epochs, 7);
  ASSERT_EQ(setenv("CURB_EPOCHS", "many", 1), 0);
  try {
    read_environment(settings);
    ADD_FAILURE() << "nothing was refused";
  } catch (const SettingError& error) {
    EXPECT_EQ(error.place(), "CURB_EPOCHS");
  }
  unsetenv("CURB_WEIGHT_DECAY");
  unsetenv("CURB_EPOCHS");
}

}  // namespace
}  // namespace curb::train
