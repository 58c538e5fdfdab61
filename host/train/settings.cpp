// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Defaults that depend on other settings, settings that exclude each other, and layers' own values.
#include "host/train/settings.hpp"

#include <algorithm>

#include "host/data/message.hpp"
#include "host/data/number.hpp"
#include "host/train/names.hpp"
#include "host/train/scheduled_updates.hpp"
#include "host/train/setting_lookup.hpp"
#include "host/train/toml.hpp"
#include "host/train/update_defaults.hpp"

namespace curb::train {
namespace {

using backend::Loss;
using data::Task;

Loss usual_loss(Task task) {
  switch (task) {
    case Task::classification:
      return Loss::softmax_cross_entropy;
    case Task::multilabel:
      return Loss::sigmoid_cross_entropy;
    case Task::regression:
      break;
  }
  return Loss::quadratic;
}

nn::Initialisation usual_initialisation(backend::Activation activation) {
  using backend::Activation;
  const bool rectifies = activation == Activation::relu || activation == Activation::leaky_relu ||
                         activation == Activation::gelu;
  return {.initialiser = rectifies ? nn::Initialiser::he : nn::Initialiser::xavier};
}

void check_loss(Loss loss, Task task) {
  const auto refuse = [&](const std::string& why) {
    throw SettingError("loss", std::string(name_of(kLosses, loss)) + " " + why);
  };
  if (loss == Loss::softmax_cross_entropy && task != Task::classification) {
    refuse("is for classification only");
  }
  if (loss == Loss::sigmoid_cross_entropy && task == Task::regression) {
    refuse("needs targets between 0 and 1, which those of a regression need not be");
  }
}

const Setting<UpdateSettings>& find_update_setting(const std::string& name) {
  if (const auto* setting = find_setting(update_settings(), name)) return *setting;
  std::vector<std::string> names;
  add_names(names, update_settings());
  throw SettingError(
      "layer", "no layer has a setting " + data::in_quotes(name) + data::did_you_mean(name, names));
}

/// Refuses a schedule of what is off in every layer.
void check_schedules(std::vector<UpdateSettings> layers) {
  for (const ScheduledSetting& setting : scheduled_settings()) {
    bool is_wanted = false;
    bool has_effect = false;
    for (UpdateSettings& update : layers) {
      const Schedule& schedule = update.*setting.schedule;
      if (schedule.is_constant()) continue;
      is_wanted = true;
      const float value = setting.value(update);
      const bool leaves_zero = setting.off == 0.0f && largest(schedule, value) > 0.0;
      has_effect = has_effect || value != setting.off || leaves_zero;
    }
    const std::string name = setting.name;
    if (is_wanted && !has_effect) {
      throw SettingError(name + "_schedule", "there is no " + name + " to change: set it as well");
    }
  }
}

/// Refuses a tolerance where what is minimised is not one function throughout.
void check_tolerance(const Settings& settings, const std::vector<UpdateSettings>& layers) {
  if (settings.tolerance == 0.0) return;
  if (is_disturbed(settings)) {
    throw SettingError(
        "tolerance",
        "excludes dropout, noise and motions of images, under which training tends to "
        "the minimum of another function than the residual judges by");
  }
  for (const UpdateSettings& update : layers) {
    for (const Schedule* const penalty :
         {&update.l1_schedule, &update.l2_schedule, &update.group_lasso_schedule,
          &update.max_norm_schedule}) {
      if (penalty->is_constant()) continue;
      throw SettingError("tolerance",
                         "excludes schedules of the penalties and of max_norm, which change the "
                         "function whose minimum it waits for");
    }
  }
}

/// The update settings of `layer`, with its own values but with no defaults filled in.
UpdateSettings unresolved_update(const Settings& settings, std::size_t layer) {
  UpdateSettings update = settings.update;
  for (const LayerOverride& own : settings.layers) {
    if (own.layer == layer) find_update_setting(own.name).read(update, own.value);
  }
  return update;
}

}  // namespace

void add_layer_override(Settings& settings, std::size_t layer, const std::string& name,
                        const std::string& value) {
  LayerOverride own{layer, with_underscores(name), value};
  UpdateSettings scratch;
  find_update_setting(own.name).read(scratch, own.value);
  settings.layers.push_back(std::move(own));
}

void read_layer_override(Settings& settings, const std::string& text) {
  const std::size_t colon = text.find(':');
  const std::size_t equals = text.find('=', colon == std::string::npos ? 0 : colon);
  const auto layer = data::parse_whole_number(std::string_view(text).substr(0, colon));
  if (colon == std::string::npos || equals == std::string::npos || !layer || *layer < 0) {
    throw SettingError("layer", "must be INDEX:NAME=VALUE, not " + data::in_quotes(text));
  }
  add_layer_override(settings, static_cast<std::size_t>(*layer),
                     text.substr(colon + 1, equals - colon - 1), text.substr(equals + 1));
}

bool is_disturbed(const Settings& settings) {
  return settings.input_noise > 0.0f || settings.input_dropout > 0.0f ||
         settings.hidden_dropout > 0.0f || settings.random_shift > 0.0f ||
         settings.random_rotation > 0.0f;
}

void resolve(Settings& settings) {
  if (settings.data.empty()) throw SettingError("data", "is missing: what is there to learn from?");
  settings.data_options.seed = settings.seed;

  const Task task = settings.data_options.task;
  if (!settings.loss) settings.loss = usual_loss(task);
  check_loss(*settings.loss, task);
  if (!settings.initialisation) settings.initialisation = usual_initialisation(settings.activation);
  if (settings.class_weights && task != Task::classification) {
    throw SettingError("class_weights", "are for classification only");
  }
  if (settings.hidden.empty() && settings.hidden_dropout > 0.0f) {
    throw SettingError("dropout", "there is no hidden layer to drop from");
  }
  const bool moves_images = settings.random_shift > 0.0f || settings.random_rotation > 0.0f;
  if (moves_images && settings.data_options.standardize) {
    throw SettingError("standardize",
                       "excludes random_shift and random_rotation: pixels that were each brought "
                       "to a scale of their own cannot change places");
  }
  if (settings.patience > 0 && settings.data_options.validation.empty()) {
    throw SettingError("patience", "needs validation rows to look at; see validation");
  }

  const std::size_t layers = settings.hidden.size() + 1;
  for (const LayerOverride& own : settings.layers) {
    if (own.layer >= layers) {
      throw SettingError("layer", "there is no layer " + std::to_string(own.layer) + " among " +
                                      std::to_string(layers) + ", counted from 0");
    }
  }
  std::vector<UpdateSettings> updates;
  for (std::size_t layer = 0; layer < layers; ++layer) {
    updates.push_back(unresolved_update(settings, layer));
    resolve(updates.back(), settings.optimizer);
  }
  resolve(settings.update, settings.optimizer);
  check_schedules(updates);
  check_tolerance(settings, updates);
}

std::vector<UpdateSettings> layer_updates(const Settings& settings) {
  std::vector<UpdateSettings> updates;
  for (std::size_t layer = 0; layer <= settings.hidden.size(); ++layer) {
    updates.push_back(unresolved_update(settings, layer));
    updates.back().ema_decay = settings.ema_decay;
  }
  return updates;
}

std::vector<std::string> differing_settings(const Settings& a, const Settings& b) {
  std::vector<std::string> names;
  const auto compare = [&names](const auto& table, const auto& x, const auto& y) {
    for (const auto& setting : table) {
      if (setting.write(x) != setting.write(y)) names.push_back(setting.name);
    }
  };
  compare(run_settings(), a, b);
  compare(update_settings(), a.update, b.update);
  const std::size_t outside_layers = names.size();
  const std::vector<UpdateSettings> x = layer_updates(a);
  const std::vector<UpdateSettings> y = layer_updates(b);
  for (std::size_t layer = 0; layer < std::min(x.size(), y.size()); ++layer) {
    compare(update_settings(), x[layer], y[layer]);
  }
  if (names.size() > outside_layers) {
    names.resize(outside_layers);
    names.emplace_back("layer");  // or they inherit what is named before it
  }
  return names;
}

std::string to_toml(const Settings& settings) {
  std::string document;
  const auto add = [&document](const std::string& name, const std::optional<std::string>& value) {
    if (value) document += name + " = " + *value + "\n";
  };
  for (const Setting<Settings>& setting : run_settings()) {
    add(setting.name, setting.write(settings));
  }
  for (const Setting<UpdateSettings>& setting : update_settings()) {
    add(setting.name, setting.write(settings.update));
  }

  std::string tables;  // none after the last layer with values of its own
  for (std::size_t layer = 0; layer <= settings.hidden.size(); ++layer) {
    const UpdateSettings update = unresolved_update(settings, layer);
    tables += "\n[[layer]]\n";
    std::string own;
    for (const Setting<UpdateSettings>& setting : update_settings()) {
      const auto value = setting.write(update);
      if (value && value != setting.write(settings.update))
        own += setting.name + " = " + *value + "\n";
    }
    if (own.empty()) continue;
    document += tables + own;
    tables.clear();
  }
  return document;
}

}  // namespace curb::train
