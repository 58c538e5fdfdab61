// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The settings of a run: what it learns from, its network, how long it trains.
#include "host/data/message.hpp"
#include "host/data/number.hpp"
#include "host/train/names.hpp"
#include "host/train/setting_makers.hpp"
#include "host/train/settings.hpp"
#include "host/train/toml.hpp"

namespace curb::train {
namespace {

using makers::choice;
using makers::kAsToml;
using makers::kBelowOne;
using makers::kNotNegative;
using makers::kPositive;
using makers::kRadius;
using makers::make;
using makers::number;
using makers::on_or_off;
using makers::read_number;
using makers::read_whole;
using makers::refuse;
using makers::split;
using makers::text;
using makers::whole;

Setting<Settings> hidden() {
  return make<Settings>(
      "hidden", "N,N,...", "neurons of each hidden layer; '' for none",
      [](auto& s) -> auto& { return s.hidden; },
      [](const std::string& setting, const std::string& list) {
        std::vector<std::int64_t> sizes;
        for (const std::string& part : split(list)) sizes.push_back(read_whole(setting, 1, part));
        return sizes;
      },
      kAsToml);
}

Setting<Settings> dropout() {
  const std::string name = "dropout";
  return {name, "[INPUT,]HIDDEN", "the probability of dropping a feature, and a hidden neuron",
          [name](Settings& s, const std::string& list) {
            const std::vector<std::string> parts = split(list);
            if (parts.empty() || parts.size() > 2) refuse(name, "HIDDEN or INPUT,HIDDEN", list);
            const auto probability = [&](const std::string& part) {
              return static_cast<float>(read_number(name, kBelowOne, part));
            };
            s.input_dropout = parts.size() == 2 ? probability(parts.front()) : 0.0f;
            s.hidden_dropout = probability(parts.back());
          },
          [](const Settings& s) {
            return "[" + toml::value(s.input_dropout) + ", " + toml::value(s.hidden_dropout) + "]";
          }};
}

Setting<Settings> header() {
  return make<Settings>(
      "header", "auto|yes|no", "whether the first row of a CSV file names the columns",
      [](auto& s) -> auto& { return s.data_options.header; },
      [](const std::string& setting, const std::string& value) -> std::optional<bool> {
        if (value == "auto") return std::nullopt;
        if (value != "yes" && value != "no") refuse(setting, "auto, yes or no", value);
        return value == "yes";
      },
      [](bool value) { return toml::value(std::string_view(value ? "yes" : "no")); });
}

Setting<Settings> class_weights() {
  return make<Settings>(
      "class_weights", "W,W,...",
      "what the loss of each class's samples is multiplied by; balanced: every class counts alike",
      [](auto& s) -> auto& { return s.class_weights; },
      [](const std::string& setting, const std::string& list) {
        ClassWeights result{.balanced = list == "balanced"};
        if (result.balanced) return result;
        for (const std::string& part : split(list)) {
          result.values.push_back(static_cast<float>(read_number(setting, kPositive, part)));
        }
        if (result.values.empty()) refuse(setting, "balanced, or one number per class", list);
        return result;
      },
      [](const ClassWeights& value) {
        return value.balanced ? toml::value(std::string_view("balanced"))
                              : toml::value(value.values);
      });
}

Setting<Settings> initialisation() {
  const std::string choices = "xavier|he|lecun|nielsen|normal[:DEVIATION]";
  return make<Settings>(
      "init", choices, "how weights are drawn; by default what suits the activation",
      [](auto& s) -> auto& { return s.initialisation; },
      [choices](const std::string& setting, const std::string& value) {
        const std::size_t colon = value.find(':');
        const Named<nn::Initialiser>* const found =
            find_named(kInitialisers, std::string_view(value).substr(0, colon));
        if (found == nullptr) {
          throw SettingError(setting, "there is no " + data::in_quotes(value) +
                                          data::did_you_mean(value, names_in(kInitialisers)) +
                                          " (" + choices + ")");
        }
        nn::Initialisation result{.initialiser = found->value};
        if (colon != std::string::npos) {
          if (found->value != nn::Initialiser::normal) refuse(setting, choices, value);
          result.deviation =
              static_cast<float>(read_number(setting, kNotNegative, value.substr(colon + 1)));
        }
        return result;
      },
      [](const nn::Initialisation& value) {
        std::string name(name_of(kInitialisers, value.initialiser));
        if (value.initialiser == nn::Initialiser::normal)
          name += ":" + toml::value(value.deviation);
        return toml::value(std::string_view(name));
      });
}

constexpr makers::Range kHalfTurn{"a number of degrees in [0, 180]",
                                  [](double x) { return x >= 0.0 && x <= 180.0; }};

Setting<Settings> image() {
  return make<Settings>(
      "image", "HEIGHTxWIDTH", "that of the images, where the data do not say it",
      [](auto& s) -> auto& { return s.image; },
      [](const std::string& setting, const std::string& value) {
        constexpr long long kLongestSide = 1 << 20;
        const std::size_t times = value.find('x');
        const auto side = [&](std::string_view text) {
          const auto pixels = data::parse_whole_number(text);
          if (times == std::string::npos || !pixels || *pixels < 1 || *pixels > kLongestSide) {
            refuse(setting, "HEIGHTxWIDTH, such as 28x28", value);
          }
          return static_cast<std::int32_t>(*pixels);
        };
        const std::string_view text = value;
        return backend::ImageShape{side(text.substr(0, times)),
                                   side(text.substr(times == std::string::npos ? 0 : times + 1))};
      },
      [](const backend::ImageShape& shape) {
        return toml::value(
            std::string_view(toml::value(shape.height) + "x" + toml::value(shape.width)));
      });
}

Setting<Settings> seed() {
  return make<Settings>(
      "seed", "N", "names everything that is drawn at random",
      [](auto& s) -> auto& { return s.seed; },
      [](const std::string& setting, const std::string& value) {
        return static_cast<std::uint64_t>(read_whole(setting, 0, value));
      },
      kAsToml);
}

Setting<Settings> device() {
  return make<Settings>(
      "device", "auto|cpu|cuda[:N]", "where to train", [](auto& s) -> auto& { return s.device; },
      [](const std::string& setting, const std::string& value) {
        const bool numbered = value.starts_with("cuda:") &&
                              data::parse_whole_number(value.substr(5)).value_or(-1) >= 0;
        if (value != "auto" && value != "cpu" && value != "cuda" && !numbered) {
          refuse(setting, "auto, cpu, cuda or cuda:N", value);
        }
        return value;
      },
      kAsToml);
}

Setting<Settings> batch() {
  return make<Settings>(
      "batch", "N", "rows of a step; full or 0: all training rows",
      [](auto& s) -> auto& { return s.batch; },
      [](const std::string& setting, const std::string& value) {
        return value == "full" ? std::int64_t{0} : read_whole(setting, 0, value);
      },
      kAsToml);
}

std::vector<Setting<Settings>> make_run_settings() {
  return {
      text("data", "DATA", data::kDataForms, CURB_MEMBER(data)),
      text("test", "DATA", "a data set that is only ever looked at",
           CURB_MEMBER(data_options.test)),
      text("validation", "DATA|FRACTION", "a data set, or a fraction of the training rows",
           CURB_MEMBER(data_options.validation)),
      whole("train_rows", 0,
            "train on the first N training rows alone; validation rows are drawn from these; 0: "
            "all",
            CURB_MEMBER(data_options.train_rows)),
      text("target", "NAME|INDEX,...",
           "the column(s) of a CSV or NPY table to predict; -1 is the last",
           CURB_MEMBER(data_options.target)),
      choice<Settings>("task", kTasks, "what the targets are", CURB_MEMBER(data_options.task)),
      header(),
      on_or_off<Settings>("standardize",
                          "bring every feature to mean 0 and deviation 1, as on the training rows",
                          CURB_MEMBER(data_options.standardize)),

      hidden(),
      choice<Settings>("activation", kActivations, "of the hidden layers", CURB_MEMBER(activation)),
      choice<Settings>("loss", kLosses, "by default what suits the task", CURB_MEMBER(loss)),
      class_weights(),
      initialisation(),

      choice<Settings>("optimizer", kOptimizers, "", CURB_MEMBER(optimizer)),
      number<Settings>("clip_norm", kRadius,
                       "shorten the gradient of the data loss to this norm where it is longer",
                       CURB_MEMBER(clip_norm)),
      number<Settings>("ema_decay", kBelowOne,
                       "evaluate and keep the moving average of the weights, w_avg += (1 - X) (w - "
                       "w_avg) after each step, which has no exact zeros; 0: the weights",
                       CURB_MEMBER(ema_decay)),
      dropout(),
      number<Settings>("input_noise", kNotNegative, "deviation of Gaussian noise on the features",
                       CURB_MEMBER(input_noise)),

      number<Settings>("random_shift", kNotNegative,
                       "in training, shift each image by up to X pixels in both directions",
                       CURB_MEMBER(random_shift)),
      number<Settings>("random_rotation", kHalfTurn,
                       "in training, turn each image by up to X degrees either way",
                       CURB_MEMBER(random_rotation)),
      image(),

      batch(),
      whole("epochs", 1, "passes over the training rows", CURB_MEMBER(epochs)),
      whole("patience", 0,
            "stop after N epochs without a better validation loss, and keep the best weights; 0: "
            "never",
            CURB_MEMBER(patience)),
      number<Settings>("tolerance", kNotNegative,
                       "stop when the proximal-gradient residual is X times what it was at first; "
                       "0: never",
                       CURB_MEMBER(tolerance)),
      whole("metrics_every", 1, "epochs from one report, and one look at when to stop, to the next",
            CURB_MEMBER(metrics_every)),
      seed(),
      whole(
          "ensemble", 1,
          "train a committee of N networks, of seeds SEED, SEED+1, ..., whose outputs are averaged",
          CURB_MEMBER(ensemble)),
      device(),
      choice<Settings>("precision", kPrecisions,
                       "of the factors of matrix products; tf32 and bf16 on CUDA only",
                       CURB_MEMBER(precision)),

      whole("checkpoint_every", 0,
            "epochs from one checkpoint in --out to the next, and one at the end; 0: none",
            CURB_MEMBER(checkpoint_every)),
      number<Settings>("checkpoint_minutes", kNotNegative,
                       "likewise, in the middle of an epoch if need be; 0: none",
                       CURB_MEMBER(checkpoint_minutes)),
  };
}

}  // namespace

const std::vector<Setting<Settings>>& run_settings() {
  static const std::vector<Setting<Settings>> kTable = make_run_settings();
  return kTable;
}

}  // namespace curb::train
