// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// All that a run has on its device: the rows, the network, the optimiser's state, and the steps
// that bring them on.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "host/backend/backend.hpp"
#include "host/data/open.hpp"
#include "host/nn/network.hpp"
#include "host/train/checkpoint.hpp"
#include "host/train/device_rows.hpp"
#include "host/train/epoch.hpp"
#include "host/train/metrics.hpp"
#include "host/train/network_setup.hpp"
#include "host/train/scheduled_updates.hpp"
#include "host/train/settings.hpp"

namespace curb::train {

class Training {
 public:
  /// `settings` must be resolved. All that is named must outlive this. All parameters are zero.
  Training(const Settings& settings, const data::DataSets& data, backend::Backend& backend);
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;

  /// Draws the first parameters.
  void initialise();
  /// Has the network, while `look` runs, be the one that is evaluated and kept: with ema_decay that
  /// of the averaged parameters. Asynchronous, as far as `look` is.
  void show(const std::function<void()>& look);
  /// Goes on where write_to was called. Throws data::DataError for a checkpoint of other settings,
  /// other data or another network.
  void restore(const Checkpoint& checkpoint);
  /// What the rest of the run depends on here, but for the parameters. Waits.
  void write_to(Checkpoint& checkpoint);

  /// The next step of the epoch, with the values of the schedules at it. Does not wait.
  void step();

  nn::Network& network() { return network_; }
  EpochSteps& steps() { return steps_; }
  /// Each layer's update settings in the last step.
  const std::vector<UpdateSettings>& updates() const { return schedules_.current(); }

  /// The mean loss of the training rows and its accuracy, without dropout or noise. Waits.
  Evaluation evaluate();
  /// How far the parameters are from a minimum of the data loss with the penalties of `updates`;
  /// measured with the learning rates that were set, whatever their schedules, so that it is one
  /// measure for the whole run. Waits.
  double residual(const std::vector<UpdateSettings>& updates);
  /// Of the last step, if it was measured. Waits.
  double gradient_norm() const;

 private:
  /// The norm that a run brought with it: its plan knows only its own steps.
  struct Restored {
    std::uint64_t steps = 0;
    double gradient_norm = 0.0;
  };

  /// Everything beside the parameters that checkpoints hold, in their order.
  std::vector<backend::Buffer<float>*> arenas();

  const Settings& settings_;
  const data::DataSets& data_;
  backend::Backend& backend_;
  std::vector<UpdateSettings> layers_;
  DeviceRows rows_;
  nn::Network network_;
  Updates updates_;
  backend::Buffer<float> put_aside_;  ///< the parameters, while the average is shown
  EpochSteps steps_;
  ScheduledUpdates schedules_;
  std::optional<Restored> restored_;
};

}  // namespace curb::train
