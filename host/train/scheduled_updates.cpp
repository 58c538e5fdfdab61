// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/train/scheduled_updates.hpp"

#include <algorithm>
#include <utility>

#include "host/train/epoch.hpp"
#include "host/train/schedule_text.hpp"

namespace curb::train {
namespace {

/// Why a schedule never begins.
std::string never_begins(const Schedule& schedule, const RunLength& length) {
  const std::string in_steps = schedule.from.unit == SpanUnit::steps
                                   ? ""
                                   : " (step " + to_text(Span{first_step(schedule, length)}) + ")";
  return "from=" + to_text(schedule.from) + in_steps + " is never reached: the run ends after " +
         std::to_string(length.steps()) + " steps (" + std::to_string(length.steps_per_epoch) +
         " an epoch)";
}

bool is_own(const Settings& settings, std::size_t layer, const std::string& name) {
  return std::any_of(settings.layers.begin(), settings.layers.end(), [&](const LayerOverride& own) {
    return own.layer == layer && own.name == name;
  });
}

}  // namespace

const std::vector<ScheduledSetting>& scheduled_settings() {
  using Update = UpdateSettings;
  static const std::vector<ScheduledSetting> kTable = {
      {"learning_rate", &Update::learning_rate_schedule,
       [](Update& u) -> float& { return *u.learning_rate; }, 0.0f},
      {"momentum", &Update::momentum_schedule, [](Update& u) -> float& { return *u.momentum; },
       0.0f},
      {"l1", &Update::l1_schedule, [](Update& u) -> float& { return u.l1; }, 0.0f},
      {"l2", &Update::l2_schedule, [](Update& u) -> float& { return u.l2; }, 0.0f},
      {"weight_decay", &Update::weight_decay_schedule,
       [](Update& u) -> float& { return *u.weight_decay; }, 0.0f},
      {"group_lasso", &Update::group_lasso_schedule,
       [](Update& u) -> float& { return u.group_lasso; }, 0.0f},
      {"max_norm", &Update::max_norm_schedule, [](Update& u) -> float& { return u.max_norm; },
       rules::kInfinity}};
  return kTable;
}

RunLength length_of_run(const Settings& settings, std::size_t training_rows) {
  const auto rows = static_cast<std::int64_t>(training_rows);
  const std::int64_t batch = rows_of_step(settings.batch, rows);
  return {.steps_per_epoch = (rows + batch - 1) / batch, .epochs = settings.epochs};
}

void check_schedules_begin(const Settings& settings, const RunLength& length) {
  const std::vector<UpdateSettings> layers = layer_updates(settings);
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    for (const ScheduledSetting& setting : scheduled_settings()) {
      const Schedule& schedule = layers[layer].*setting.schedule;
      if (first_step(schedule, length) < static_cast<double>(length.steps())) continue;
      const std::string name = std::string(setting.name) + "_schedule";
      const std::string why = never_begins(schedule, length);
      if (!is_own(settings, layer, name)) throw SettingError(name, why);
      throw SettingError("layer", std::to_string(layer) + ":" + name + ": " + why);
    }
  }
}

Hyperparameters hyperparameters_of(const UpdateSettings& update) {
  Hyperparameters h;
  h.learning_rate = *update.learning_rate;
  h.momentum = update.momentum.value_or(h.momentum);
  h.beta1 = update.beta1.value_or(h.beta1);
  h.beta2 = update.beta2.value_or(h.beta2);
  h.epsilon = update.epsilon.value_or(h.epsilon);
  h.l1 = update.l1;
  h.l2 = update.l2;
  h.weight_decay = *update.weight_decay;
  h.group_lasso = update.group_lasso;
  h.max_norm = update.max_norm;
  h.ema_decay = update.ema_decay;
  return h;
}

ScheduledUpdates::ScheduledUpdates(std::vector<UpdateSettings> layers, const RunLength& length)
    : current_(std::move(layers)) {
  for (std::size_t layer = 0; layer < current_.size(); ++layer) {
    UpdateSettings& update = current_[layer];
    for (const ScheduledSetting& setting : scheduled_settings()) {
      const Schedule& schedule = update.*setting.schedule;
      if (schedule.is_constant()) continue;
      moving_.push_back(
          {layer, setting.value, Curve(schedule, setting.value(update), setting.off, length)});
    }
  }
}

void ScheduledUpdates::move_to(std::uint64_t step, Plan& plan, Stream stream) {
  for (std::size_t i = 0; i < moving_.size();) {
    const std::size_t layer = moving_[i].layer;
    UpdateSettings& update = current_[layer];
    bool is_new = false;
    for (; i < moving_.size() && moving_[i].layer == layer; ++i) {
      float& value = moving_[i].value(update);
      const auto next = static_cast<float>(moving_[i].curve.at(step));
      is_new = is_new || next != value;
      value = next;
    }
    if (is_new) plan.set_hyperparameters(layer, hyperparameters_of(update), stream);
  }
}

}  // namespace curb::train
