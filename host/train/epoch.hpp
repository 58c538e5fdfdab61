// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The steps of an epoch: recorded once, replayed for every batch, with nothing between them that
// waits for the device.
#pragma once

#include <cstdint>
#include <memory>

#include "host/backend/backend.hpp"
#include "host/nn/network.hpp"
#include "host/train/device_rows.hpp"

namespace curb::train {

/// Where a run stands between two steps of an epoch.
struct StepCount {
  std::uint64_t steps = 0;    ///< of the run
  std::uint64_t samples = 0;  ///< likewise: the rows that they took
  std::int64_t position = 0;  ///< rows of the epoch that were used
  backend::LossSum losses;    ///< of the epoch
};

class EpochSteps {
 public:
  /// Steps of `batch` rows each, the last of an epoch perhaps of fewer; 0: all rows in each step.
  /// All that is named must outlive this.
  EpochSteps(backend::Backend& backend, nn::Network& network, Plan& plan, const DeviceRows& data,
             std::int64_t batch, std::uint64_t seed);
  EpochSteps(const EpochSteps&) = delete;
  EpochSteps& operator=(const EpochSteps&) = delete;

  std::int64_t steps_per_epoch() const { return (data_.rows() + batch_ - 1) / batch_; }
  /// Asked for so far, and the rows that they took.
  std::uint64_t steps() const { return steps_; }
  std::uint64_t samples() const { return samples_; }
  /// Of the epoch.
  std::int64_t steps_done() const { return (position_ + batch_ - 1) / batch_; }
  bool epoch_is_over() const { return position_ == data_.rows(); }

  /// Draws the order of the rows, by the seed and `epoch` alone, and forgets the losses.
  void begin(std::int64_t epoch);
  /// For a run to go on from here. Waits.
  StepCount count() const;
  /// Begins the epoch in its middle, where count() was taken.
  void resume(std::int64_t epoch, const StepCount& count);
  /// The next batch of the epoch: gradients, and the update of the parameters. Does not wait.
  void step();
  /// The losses since begin(), each taken before the update that it led to. Waits.
  backend::LossSum losses() const;

 private:
  bool full_batch() const { return batch_ == data_.rows(); }
  void run(std::int64_t rows);
  std::unique_ptr<backend::Recording> record(std::int64_t rows);

  backend::Backend& backend_;
  nn::Network& network_;
  Plan& plan_;
  const DeviceRows& data_;
  std::int64_t batch_;
  std::uint64_t seed_;
  std::uint64_t steps_ = 0;
  std::uint64_t samples_ = 0;
  std::int64_t position_ = 0;  ///< rows of this epoch that were used

  backend::Buffer<backend::Clock> clock_;
  backend::Buffer<backend::LossSum> losses_;
  backend::Buffer<std::uint32_t> order_;  ///< and the batch; not where every step takes all rows
  backend::Buffer<float> features_;
  backend::Buffer<std::int32_t> labels_;
  backend::Buffer<float> targets_;
  std::unique_ptr<backend::Recording> whole_;
  std::unique_ptr<backend::Recording> rest_;  ///< null where the batches come out even
};

}  // namespace curb::train
