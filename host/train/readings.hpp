// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a report has to ask of the device, without waiting for it: the steps of the next epoch are
// asked for in the meantime.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "host/backend/backend.hpp"
#include "host/data/open.hpp"
#include "host/nn/network.hpp"
#include "host/train/device_rows.hpp"
#include "host/train/metrics.hpp"

namespace curb::train {

/// A run between two steps.
struct Reading {
  backend::LossSum losses;        ///< of the epoch so far
  std::vector<float> parameters;  ///< in the layout of the network's arena
  std::optional<Evaluation> validation;
  std::optional<Evaluation> test;
};

class Readings {
 public:
  /// Of a run on `data`, whose rows for validation and test are brought to the backend here. All
  /// that is named, but for the data, must outlive this.
  Readings(backend::Backend& backend, nn::Network& network, const data::DataSets& data);
  Readings(const Readings&) = delete;
  Readings& operator=(const Readings&) = delete;

  /// Asks for a reading of the run as it stands. `losses` are on the device. The one before must
  /// have been taken. Asynchronous: no step that is asked for afterwards shows in it.
  void ask(const backend::LossSum* losses);
  bool are_asked_for() const { return end_ != nullptr; }
  bool have_arrived() const { return are_asked_for() && end_->has_passed(); }
  /// Waits for what was asked for.
  Reading take();

 private:
  enum Sum : std::uint8_t { training, validation, test, sums };

  std::optional<Evaluation> mean(const std::optional<DeviceRows>& rows, Sum which) const;

  backend::Backend& backend_;
  nn::Network& network_;
  std::optional<DeviceRows> validation_rows_;
  std::optional<DeviceRows> test_rows_;
  backend::Buffer<backend::LossSum> sums_;
  backend::Buffer<backend::LossSum> sums_here_;
  backend::Buffer<float> parameters_here_;
  std::unique_ptr<backend::Moment> end_;  ///< of what was asked for and not yet taken
};

}  // namespace curb::train
