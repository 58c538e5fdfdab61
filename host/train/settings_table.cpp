// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The table of settings: for each its name, its help, and the way from text and back.
#include <limits>
#include <type_traits>

#include "host/data/message.hpp"
#include "host/data/number.hpp"
#include "host/train/names.hpp"
#include "host/train/settings.hpp"
#include "host/train/toml.hpp"

namespace curb::train {
namespace {

template <class T>
struct Unwrap {
  using Type = T;
};
template <class T>
struct Unwrap<std::optional<T>> {
  using Type = T;
};
/// What a setting holds: `access` gives a reference to its member, perhaps an optional one.
template <class Owner, class Access>
using Held = typename Unwrap<std::remove_cvref_t<std::invoke_result_t<Access, Owner&>>>::Type;

template <class T>
const T* held(const T& member) {
  return &member;
}
template <class T>
const T* held(const std::optional<T>& member) {
  return member ? &*member : nullptr;
}

/// A setting from the way its value is read and the way it is written.
template <class Owner, class Access, class Read, class Write>
Setting<Owner> make(std::string name, std::string placeholder, std::string help, Access access,
                    Read read, Write write) {
  return {name, std::move(placeholder), std::move(help),
          [=](Owner& owner, const std::string& text) { access(owner) = read(name, text); },
          [=](const Owner& owner) -> std::optional<std::string> {
            const auto* const value = held(access(owner));
            if (value == nullptr) return std::nullopt;
            return write(*value);
          }};
}

constexpr auto kAsToml = [](const auto& value) { return toml::value(value); };

/// What a number must be, in words and as a test.
struct Range {
  const char* words;
  bool (*holds)(double);
};

constexpr double kLargest = std::numeric_limits<float>::max();
constexpr Range kPositive{"a number > 0", [](double x) { return x > 0.0 && x <= kLargest; }};
constexpr Range kNotNegative{"a number >= 0", [](double x) { return x >= 0.0 && x <= kLargest; }};
constexpr Range kBelowOne{"a number in [0, 1)", [](double x) { return x >= 0.0 && x < 1.0; }};
constexpr Range kRadius{"a number > 0 (inf: none)", [](double x) { return x > 0.0; }};

[[noreturn]] void refuse(const std::string& name, const std::string& wanted,
                         const std::string& text) {
  throw SettingError(name, "must be " + wanted + ", not " + data::in_quotes(text));
}

double read_number(const std::string& name, const Range& range, const std::string& text) {
  const std::optional<double> value = data::parse_number(text);
  if (!value || !range.holds(*value)) refuse(name, range.words, text);
  return *value;
}

std::int64_t read_whole(const std::string& name, std::int64_t least, const std::string& text) {
  const auto value = data::parse_whole_number(text);
  if (!value || *value < least) refuse(name, "a whole number >= " + std::to_string(least), text);
  return *value;
}

template <class Owner, class Access>
Setting<Owner> number(std::string name, Range range, std::string help, Access access) {
  return make<Owner>(
      std::move(name), "X", std::move(help), access,
      [range](const std::string& setting, const std::string& text) {
        return static_cast<Held<Owner, Access>>(read_number(setting, range, text));
      },
      kAsToml);
}

template <class Access>
Setting<Settings> whole(std::string name, std::int64_t least, std::string help, Access access) {
  return make<Settings>(
      std::move(name), "N", std::move(help), access,
      [least](const std::string& setting, const std::string& text) {
        return read_whole(setting, least, text);
      },
      kAsToml);
}

template <class Access>
Setting<Settings> text(std::string name, std::string placeholder, std::string help, Access access) {
  return make<Settings>(
      std::move(name), std::move(placeholder), std::move(help), access,
      [](const std::string&, const std::string& value) { return value; }, kAsToml);
}

template <class Owner, class Access>
Setting<Owner> on_or_off(std::string name, std::string help, Access access) {
  return make<Owner>(
      std::move(name), "", std::move(help), access,
      [](const std::string& setting, const std::string& value) {
        if (value.empty() || value == "true") return true;
        if (value != "false") refuse(setting, "true or false", value);
        return false;
      },
      kAsToml);
}

template <class Owner, class Enum, std::size_t count, class Access>
Setting<Owner> choice(std::string name, const Named<Enum> (&table)[count], std::string help,
                      Access access) {
  std::string list;
  for (const Named<Enum>& entry : table) {
    list.append(list.empty() ? "" : "|").append(entry.name);
  }
  return make<Owner>(
      std::move(name), list, std::move(help), access,
      [&table, list](const std::string& setting, const std::string& value) {
        if (const Named<Enum>* found = find_named(table, value)) return found->value;
        throw SettingError(setting, "there is no " + data::in_quotes(value) +
                                        data::did_you_mean(value, names_in(table)) + " (" + list +
                                        ")");
      },
      [&table](Enum value) { return toml::value(name_of(table, value)); });
}

/// The parts of a list that commas separate; none for an empty text.
std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    parts.emplace_back(list.substr(0, comma));
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
    if (list.empty()) parts.emplace_back();  // a comma at the end promises one more
  }
  return parts;
}

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

// NOLINTBEGIN(bugprone-macro-parentheses): a member is named, not computed with.
#define CURB_MEMBER(member) \
  [](auto& s) -> auto& { return s.member; }

std::vector<Setting<Settings>> make_run_settings() {
  return {
      text("data", "DATA", "digits, mnist:DIRECTORY, FILE.csv[.gz], csv:FILE or idx:IMAGES,LABELS",
           CURB_MEMBER(data)),
      text("test", "DATA", "a data set that is only ever looked at",
           CURB_MEMBER(data_options.test)),
      text("validation", "DATA|FRACTION", "a data set, or a fraction of the training rows",
           CURB_MEMBER(data_options.validation)),
      whole("train_rows", 0,
            "train on the first N training rows alone; validation rows are drawn from these; 0: "
            "all",
            CURB_MEMBER(data_options.train_rows)),
      text("target", "NAME|INDEX,...", "the column(s) of a CSV file to predict; -1 is the last",
           CURB_MEMBER(data_options.target)),
      choice<Settings>("task", kTasks, "what the targets are", CURB_MEMBER(data_options.task)),
      header(),
      on_or_off<Settings>("standardize",
                          "bring every feature to mean 0 and deviation 1, as on the training rows",
                          CURB_MEMBER(data_options.standardize)),

      hidden(),
      choice<Settings>("activation", kActivations, "of the hidden layers", CURB_MEMBER(activation)),
      choice<Settings>("loss", kLosses, "by default what suits the task", CURB_MEMBER(loss)),
      initialisation(),

      choice<Settings>("optimizer", kOptimizers, "", CURB_MEMBER(optimizer)),
      dropout(),
      number<Settings>("input_noise", kNotNegative, "deviation of Gaussian noise on the features",
                       CURB_MEMBER(input_noise)),

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
      device(),
  };
}

std::vector<Setting<UpdateSettings>> make_update_settings() {
  using Update = UpdateSettings;
  return {
      number<Update>("learning_rate", kPositive, "by default what suits the optimiser",
                     CURB_MEMBER(learning_rate)),
      number<Update>("momentum", kBelowOne, "of momentum and nesterov; by default 0.9",
                     CURB_MEMBER(momentum)),
      number<Update>("l1", kNotNegative, "the penalty l1 |w|", CURB_MEMBER(l1)),
      choice<Update>("l1_mode", kL1Modes,
                     "only prox leaves exact zeros that last; cumulative needs sgd",
                     CURB_MEMBER(l1_mode)),
      number<Update>("l2", kNotNegative, "the penalty l2/2 w^2", CURB_MEMBER(l2)),
      choice<Update>("l2_mode", kL2Modes, "as part of the gradient, or after the step",
                     CURB_MEMBER(l2_mode)),
      number<Update>("weight_decay", kNotNegative, "decoupled from the loss; 0.01 for adamw",
                     CURB_MEMBER(weight_decay)),
      number<Update>("group_lasso", kNotNegative, "the penalty X sqrt(size) |v| of whole vectors v",
                     CURB_MEMBER(group_lasso)),
      choice<Update>("group_lasso_over", kGroupLassoOver,
                     "the weights into a neuron, or out of an input",
                     CURB_MEMBER(group_lasso_over)),
      number<Update>("max_norm", kRadius, "the largest norm of the weights into a neuron",
                     CURB_MEMBER(max_norm)),
      choice<Update>("max_norm_mode", kMaxNormModes,
                     "under adam: a plain rescaling, or the minimiser", CURB_MEMBER(max_norm_mode)),
      on_or_off<Update>("non_negative", "no weight below zero", CURB_MEMBER(non_negative)),
  };
}

#undef CURB_MEMBER
// NOLINTEND(bugprone-macro-parentheses)

}  // namespace

const std::vector<Setting<Settings>>& run_settings() {
  static const std::vector<Setting<Settings>> kTable = make_run_settings();
  return kTable;
}

const std::vector<Setting<UpdateSettings>>& update_settings() {
  static const std::vector<Setting<UpdateSettings>> kTable = make_update_settings();
  return kTable;
}

}  // namespace curb::train
