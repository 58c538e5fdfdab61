// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The table of settings: what is read, refused, filled in and written.
#include "host/train/settings.hpp"

#include <gtest/gtest.h>
#include <toml++/toml.h>

#include <string>
#include <vector>

#include "host/train/config.hpp"
#include "tests/host/train/setting_error.hpp"

namespace curb::train {
namespace {

using testing::setting_error;

std::string refusal_of(const std::string& name, const std::string& text) {
  Settings settings;
  return setting_error([&] { assign(settings, name, text); });
}

/// Settings read from "name=value" each; "digits" unless they name other data.
Settings settings_of(const std::vector<std::string>& assignments) {
  Settings settings;
  settings.data = "digits";
  for (const std::string& assignment : assignments) {
    const std::size_t equals = assignment.find('=');
    const std::string name = assignment.substr(0, equals);
    const std::string value = assignment.substr(equals + 1);
    if (name == "layer") {
      read_layer_override(settings, value);
    } else {
      assign(settings, name, value);
    }
  }
  return settings;
}

Settings resolved(const std::vector<std::string>& assignments) {
  Settings settings = settings_of(assignments);
  resolve(settings);
  return settings;
}

std::string refusal_of_all(const std::vector<std::string>& assignments) {
  return setting_error([&] { resolved(assignments); });
}

using Sizes = std::vector<std::int64_t>;

TEST(Settings, ReadWhatPeopleWrite) {
  Settings settings;
  assign(settings, "hidden", "128,64");
  EXPECT_EQ(settings.hidden, (Sizes{128, 64}));
  assign(settings, "hidden", "");
  EXPECT_EQ(settings.hidden, Sizes{});
  assign(settings, "batch", "full");
  EXPECT_EQ(settings.batch, 0);
  assign(settings, "dropout", "0.5");
  EXPECT_EQ(settings.input_dropout, 0.0f);
  EXPECT_EQ(settings.hidden_dropout, 0.5f);
  assign(settings, "dropout", "0.1,0.3");
  EXPECT_EQ(settings.input_dropout, 0.1f);
  EXPECT_EQ(settings.hidden_dropout, 0.3f);
  assign(settings, "init", "normal:0.05");
  EXPECT_EQ(settings.initialisation->initialiser, nn::Initialiser::normal);
  EXPECT_EQ(settings.initialisation->deviation, 0.05f);
  assign(settings, "non_negative", "");
  EXPECT_TRUE(settings.update.non_negative);
  assign(settings, "max_norm", "inf");
  EXPECT_EQ(settings.update.max_norm, rules::kInfinity);
  assign(settings, "train_rows", "1000");
  EXPECT_EQ(settings.data_options.train_rows, 1000);
  assign(settings, "header", "no");
  EXPECT_EQ(settings.data_options.header, false);
  assign(settings, "seed", "9007199254740992");
  EXPECT_EQ(settings.seed, 9007199254740992u);
}

TEST(Settings, RefuseWhatIsOutOfRange) {
  EXPECT_EQ(refusal_of("l1", "-1"), "l1: must be a number >= 0, not \"-1\"");
  EXPECT_EQ(refusal_of("l2", "nan"), "l2: must be a number >= 0, not \"nan\"");
  EXPECT_EQ(refusal_of("group_lasso", "inf"), "group_lasso: must be a number >= 0, not \"inf\"");
  EXPECT_EQ(refusal_of("max_norm", "0"), "max_norm: must be a number > 0 (inf: none), not \"0\"");
  EXPECT_EQ(refusal_of("learning_rate", "0"), "learning_rate: must be a number > 0, not \"0\"");
  EXPECT_EQ(refusal_of("momentum", "1"), "momentum: must be a number in [0, 1), not \"1\"");
  EXPECT_EQ(refusal_of("dropout", "0.1,1"), "dropout: must be a number in [0, 1), not \"1\"");
  EXPECT_EQ(refusal_of("dropout", "0.1,0.1,0.1"),
            "dropout: must be HIDDEN or INPUT,HIDDEN, not \"0.1,0.1,0.1\"");
  EXPECT_EQ(refusal_of("hidden", "0"), "hidden: must be a whole number >= 1, not \"0\"");
  EXPECT_EQ(refusal_of("hidden", "8,"), "hidden: must be a whole number >= 1, not \"\"");
  EXPECT_EQ(refusal_of("epochs", "1.5"), "epochs: must be a whole number >= 1, not \"1.5\"");
  EXPECT_EQ(refusal_of("seed", "-1"), "seed: must be a whole number >= 0, not \"-1\"");
  EXPECT_EQ(refusal_of("device", "gpu"), "device: must be auto, cpu, cuda or cuda:N, not \"gpu\"");
  EXPECT_EQ(refusal_of("device", "cuda:x"),
            "device: must be auto, cpu, cuda or cuda:N, not \"cuda:x\"");
  EXPECT_EQ(refusal_of("init", "he:2"),
            "init: must be xavier|he|lecun|nielsen|normal[:DEVIATION], not \"he:2\"");
}

TEST(Settings, SuggestTheNearestName) {
  EXPECT_EQ(refusal_of("optimizer", "nestorov"),
            "optimizer: there is no \"nestorov\"; did you mean \"nesterov\"? "
            "(sgd|momentum|nesterov|adagrad|rmsprop|adam|adamw)");
  EXPECT_EQ(setting_error([] { settings_of({"layer=0:l3=1"}); }),
            "layer: no layer has a setting \"l3\"; did you mean \"l1\"?");
}

TEST(Settings, DefaultsFollowFromEachOther) {
  Settings settings = resolved({});
  EXPECT_EQ(settings.loss, backend::Loss::softmax_cross_entropy);
  EXPECT_EQ(settings.initialisation->initialiser, nn::Initialiser::he);
  EXPECT_EQ(settings.update.momentum, 0.9f);
  EXPECT_EQ(settings.update.weight_decay, 0.0f);
  EXPECT_EQ(settings.data_options.seed, settings.seed);
  settings = resolved({"task=regression", "activation=tanh", "optimizer=adamw"});
  EXPECT_EQ(settings.loss, backend::Loss::quadratic);
  EXPECT_EQ(settings.initialisation->initialiser, nn::Initialiser::xavier);
  EXPECT_EQ(settings.update.momentum, std::nullopt);
  EXPECT_EQ(settings.update.weight_decay, 0.01f);
  EXPECT_EQ(settings.update.learning_rate, 0.001f);
  EXPECT_EQ(resolved({"task=multilabel"}).loss, backend::Loss::sigmoid_cross_entropy);
}

TEST(Settings, EachOptimiserHasItsOwnAndNoOther) {
  const UpdateSettings adam = resolved({"optimizer=adam", "beta1=0.5"}).update;
  EXPECT_EQ(adam.beta1, 0.5f);
  EXPECT_EQ(adam.beta2, 0.999f);
  EXPECT_EQ(adam.epsilon, 1e-8f);
  const UpdateSettings rmsprop = resolved({"optimizer=rmsprop", "layer=0:epsilon=1e-3"}).update;
  EXPECT_EQ(rmsprop.learning_rate, 0.001f);
  EXPECT_EQ(rmsprop.beta1, std::nullopt);
  EXPECT_EQ(rmsprop.beta2, 0.99f);
  EXPECT_EQ(rmsprop.epsilon, 1e-8f);
  const UpdateSettings adagrad = resolved({"optimizer=adagrad"}).update;
  EXPECT_EQ(adagrad.learning_rate, 0.01f);
  EXPECT_EQ(adagrad.beta2, std::nullopt);
  EXPECT_EQ(adagrad.epsilon, 1e-10f);
  EXPECT_EQ(refusal_of_all({"optimizer=rmsprop", "beta1=0.5"}),
            "beta1: rmsprop has none; the optimizers that have it are adam, adamw");
  EXPECT_EQ(refusal_of_all({"layer=1:epsilon=0.5"}),
            "epsilon: momentum has none; the optimizers that have it are adagrad, rmsprop, adam, "
            "adamw");
  EXPECT_EQ(refusal_of("epsilon", "0"), "epsilon: must be a number > 0, not \"0\"");
  EXPECT_EQ(refusal_of("beta2", "1"), "beta2: must be a number in [0, 1), not \"1\"");
  EXPECT_EQ(refusal_of("ema_decay", "1"), "ema_decay: must be a number in [0, 1), not \"1\"");
  EXPECT_EQ(refusal_of("clip_norm", "0"), "clip_norm: must be a number > 0 (inf: none), not \"0\"");
}

TEST(Settings, ThatExcludeEachOtherAreRefused) {
  const auto names = [](const std::string& message) {
    return message.substr(0, message.find(':'));
  };
  EXPECT_EQ(names(refusal_of_all({"data="})), "data");
  EXPECT_EQ(names(refusal_of_all({"task=regression", "loss=softmax_cross_entropy"})), "loss");
  EXPECT_EQ(names(refusal_of_all({"task=regression", "loss=sigmoid_cross_entropy"})), "loss");
  EXPECT_EQ(names(refusal_of_all({"optimizer=adam", "momentum=0.5"})), "momentum");
  EXPECT_EQ(names(refusal_of_all({"l1_mode=cumulative"})), "l1_mode");
  EXPECT_EQ(names(refusal_of_all({"weight_decay=11", "learning_rate=0.1"})), "weight_decay");
  EXPECT_EQ(names(refusal_of_all({"group_lasso=1", "group_lasso_over=outgoing", "max_norm=1"})),
            "group_lasso_over");
  EXPECT_EQ(names(refusal_of_all({"patience=3"})), "patience");
  EXPECT_EQ(names(refusal_of_all({"tolerance=1e-3", "dropout=0.5"})), "tolerance");
  EXPECT_EQ(names(refusal_of_all({"hidden=", "dropout=0.5"})), "dropout");
  EXPECT_EQ(names(refusal_of_all({"layer=2:l1=1"})), "layer");
  EXPECT_EQ(names(refusal_of_all({"layer=0:l1_mode=cumulative"})), "l1_mode");
}

TEST(Settings, ImagesHaveAHeightAndAWidth) {
  Settings settings;
  assign(settings, "image", "28x20");
  EXPECT_EQ(settings.image->height, 28);
  EXPECT_EQ(settings.image->width, 20);
  for (const char* text : {"28", "28x", "x28", "0x8", "8x8x1", "-8x-8", ""}) {
    EXPECT_EQ(refusal_of("image", text),
              "image: must be HEIGHTxWIDTH, such as 28x28, not \"" + std::string(text) + "\"");
  }
  EXPECT_EQ(refusal_of("random_rotation", "181"),
            "random_rotation: must be a number of degrees in [0, 180], not \"181\"");
  EXPECT_EQ(refusal_of_all({"random_shift=1", "standardize="}).substr(0, 12), "standardize:");
  EXPECT_EQ(refusal_of_all({"random_rotation=1", "tolerance=1"}).substr(0, 10), "tolerance:");
  const ::toml::table table = ::toml::parse(to_toml(resolved({"image=28x20"})));
  EXPECT_EQ(table["image"].value<std::string>(), "28x20");
}

TEST(Settings, ClassWeightsAreBalancedOrOnePerClass) {
  Settings settings;
  assign(settings, "class_weights", "balanced");
  EXPECT_TRUE(settings.class_weights->balanced);
  assign(settings, "class_weights", "1,2.5");
  EXPECT_FALSE(settings.class_weights->balanced);
  EXPECT_EQ(settings.class_weights->values, (std::vector<float>{1.0f, 2.5f}));
  EXPECT_EQ(refusal_of("class_weights", "1,0"), "class_weights: must be a number > 0, not \"0\"");
  EXPECT_EQ(refusal_of("class_weights", ""),
            "class_weights: must be balanced, or one number per class, not \"\"");
  EXPECT_EQ(refusal_of_all({"task=regression", "class_weights=1,2"}),
            "class_weights: are for classification only");
  const ::toml::table table = ::toml::parse(to_toml(resolved({"class_weights=1,2.5"})));
  EXPECT_EQ(table["class_weights"][1].value<double>(), 2.5);
}

TEST(Settings, SchedulesNeedSomethingToChange) {
  const std::string nothing = "l1_schedule: there is no l1 to change: set it as well";
  EXPECT_EQ(refusal_of_all({"l1_schedule=from=10"}), nothing);
  EXPECT_EQ(refusal_of_all({"l1_schedule=step:every=1,factor=0.5"}), nothing);
  EXPECT_EQ(refusal_of_all({"max_norm_schedule=linear:end=3"}),
            "max_norm_schedule: there is no max_norm to change: set it as well");
  resolved({"l1_schedule=linear:end=0.5"});
  resolved({"l1_schedule=from=10", "layer=1:l1=1"});
  resolved({"learning_rate_schedule=cosine", "momentum_schedule=linear:end=0.99,over=5ep"});
  EXPECT_EQ(refusal_of_all({"optimizer=adam", "momentum_schedule=linear"}),
            "momentum_schedule: adam has no momentum");
  EXPECT_EQ(refusal_of_all(
                {"weight_decay=5", "learning_rate=0.1", "learning_rate_schedule=linear:end=0.3"}),
            "weight_decay: times the learning rate must not exceed 1");
  EXPECT_EQ(refusal_of_all({"tolerance=1e-3", "l1=1", "l1_schedule=from=10"}).substr(0, 10),
            "tolerance:");
  resolved({"tolerance=1e-3", "l1=1", "learning_rate_schedule=inverse:every=1ep"});
}

TEST(Settings, ALayerMayHaveASchedule) {
  const Settings settings =
      resolved({"l1=1", "learning_rate_schedule=cosine", "layer=1:l1-schedule=linear:end=0.5",
                "layer=1:learning_rate_schedule=constant"});
  const std::vector<UpdateSettings> layers = layer_updates(settings);
  EXPECT_TRUE(layers[0].l1_schedule.is_constant());
  EXPECT_EQ(layers[1].l1_schedule.end, 0.5);
  EXPECT_EQ(layers[0].learning_rate_schedule.kind, ScheduleKind::cosine);
  EXPECT_TRUE(layers[1].learning_rate_schedule.is_constant());
  const ::toml::table table = ::toml::parse(to_toml(settings));
  EXPECT_EQ(table["learning_rate_schedule"].value<std::string>(), "cosine");
  EXPECT_EQ(table["layer"][1]["learning_rate_schedule"].value<std::string>(), "constant");
  EXPECT_EQ(table["layer"][1]["l1_schedule"].value<std::string>(), "linear:end=0.5");
}

TEST(Settings, ALayerMayHaveItsOwn) {
  const Settings settings = resolved({"hidden=8,4", "l1=0.5", "layer=1:l1=0.25",
                                      "layer=1:max-norm=3", "layer=2:non_negative=true"});
  const std::vector<UpdateSettings> layers = layer_updates(settings);
  ASSERT_EQ(layers.size(), 3u);
  EXPECT_EQ(layers[0].l1, 0.5f);
  EXPECT_EQ(layers[1].l1, 0.25f);
  EXPECT_EQ(layers[1].max_norm, 3.0f);
  EXPECT_EQ(layers[2].l1, 0.5f);
  EXPECT_TRUE(layers[2].non_negative);
  EXPECT_EQ(layers[2].learning_rate, settings.update.learning_rate);
}

TEST(Settings, ALayersOwnMustBeWellFormed) {
  for (const char* text : {"", "0", "0:l1", ":l1=1", "x:l1=1", "-1:l1=1", "l1=1"}) {
    EXPECT_EQ(setting_error([&] { settings_of({std::string("layer=") + text}); }),
              "layer: must be INDEX:NAME=VALUE, not \"" + std::string(text) + "\"");
  }
  EXPECT_EQ(setting_error([] { settings_of({"layer=0:l1=-1"}); }),
            "l1: must be a number >= 0, not \"-1\"");
}

TEST(Settings, AreWrittenAsTomlThatAParserReads) {
  const Settings settings =
      resolved({"data=a \"quoted\" \\ name.csv", "target=\t", "hidden=128,64", "dropout=0.1,0.3",
                "l1=1e-5", "layer=2:l1=0", "standardize=", "tolerance=1e-300", "tolerance=0"});
  const ::toml::table table = ::toml::parse(to_toml(settings));
  EXPECT_EQ(table["data"].value<std::string>(), "a \"quoted\" \\ name.csv");
  EXPECT_EQ(table["target"].value<std::string>(), "\t");
  EXPECT_EQ(table["hidden"].as_array()->size(), 2u);
  EXPECT_EQ(table["hidden"][1].value<int>(), 64);
  EXPECT_EQ(table["dropout"][1].value<float>(), 0.3f);
  EXPECT_EQ(table["l1"].value<float>(), 1e-5f);
  EXPECT_EQ(table["max_norm"].value<float>(), rules::kInfinity);
  EXPECT_EQ(table["standardize"].value<bool>(), true);
  EXPECT_EQ(table["optimizer"].value<std::string>(), "momentum");
  ASSERT_NE(table["layer"].as_array(), nullptr);
  EXPECT_EQ(table["layer"].as_array()->size(), 3u);
  EXPECT_TRUE(table["layer"][0].as_table()->empty());
  EXPECT_EQ(table["layer"][2]["l1"].value<float>(), 0.0f);
  EXPECT_EQ(table["layer"][2].as_table()->size(), 1u);
}

/// Every choice that can be read can be written, and is the same when read again.
TEST(Settings, ChoicesSurviveTheWayThereAndBack) {
  int choices = 0;
  const auto check = [&choices](const auto& setting, auto owner) {
    if (setting.placeholder.find('|') == std::string::npos) return;
    std::string rest = setting.placeholder.substr(0, setting.placeholder.find('['));
    for (std::size_t bar = 0; bar != std::string::npos;) {
      bar = rest.find('|');
      const std::string choice = rest.substr(0, bar);
      if (bar != std::string::npos) rest.erase(0, bar + 1);
      if (choice == "auto" || setting.name == "validation" || setting.name == "target") continue;
      setting.read(owner, choice);
      EXPECT_EQ(setting.write(owner)->substr(0, choice.size() + 1), "\"" + choice) << setting.name;
      ++choices;
    }
  };
  for (const auto& setting : run_settings()) check(setting, Settings{});
  for (const auto& setting : update_settings()) check(setting, UpdateSettings{});
  EXPECT_GE(choices, 30);
}

}  // namespace
}  // namespace curb::train
