// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The update settings of every layer as their schedules have them at each step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "host/backend/backend.hpp"
#include "host/train/schedule.hpp"
#include "host/train/settings.hpp"

namespace curb::train {

/// A setting that may follow a schedule.
struct ScheduledSetting {
  const char* name;  ///< that of the schedule, too, with _schedule
  Schedule UpdateSettings::*schedule;
  float& (*value)(UpdateSettings&);  ///< of resolved settings; momentum only where there is one
  float off;                         ///< what it is before its schedule begins
};
const std::vector<ScheduledSetting>& scheduled_settings();

/// Of training with these settings, up to its last epoch, on so many rows.
RunLength length_of_run(const Settings& settings, std::size_t training_rows);

/// Refuses a schedule whose `from` the run does not reach, so that what was set would never be on.
/// `settings` must be resolved. Throws SettingError, with the number of steps of the run.
void check_schedules_begin(const Settings& settings, const RunLength& length);

/// Those of a group whose update settings these are.
Hyperparameters hyperparameters_of(const UpdateSettings& update);

class ScheduledUpdates {
 public:
  /// Of a plan with one group per layer, in order, made with the values that `layers` (resolved)
  /// have before any schedule.
  ScheduledUpdates(std::vector<UpdateSettings> layers, const RunLength& length);

  /// The values of the update that follows `step` others: tells the plan what is new. Asynchronous;
  /// not for recordings, but between their replays.
  void move_to(std::uint64_t step, Plan& plan, Stream stream);

  /// The values of the last move_to; before it, those that were set.
  const std::vector<UpdateSettings>& current() const { return current_; }

 private:
  struct Moving {
    std::size_t layer;
    float& (*value)(UpdateSettings&);
    Curve curve;
  };

  std::vector<UpdateSettings> current_;
  std::vector<Moving> moving_;  // in the layers' order; nothing for what stays as it is
};

}  // namespace curb::train
