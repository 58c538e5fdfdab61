// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The steps of an epoch: recorded once, replayed for every batch, with nothing between them that
// waits for the device. Rows that lie in the host's memory are fetched a batch ahead, while the
// device works on the one before.
#pragma once

#include <cstddef>
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

/// The rows of a full step: `batch`, or all where that is 0 or more than there are.
std::int64_t rows_of_step(std::int64_t batch, std::int64_t rows);

class EpochSteps {
 public:
  /// Steps of rows_of_step(batch, rows of `data`) each, the last of an epoch perhaps of fewer.
  /// All that is named must outlive this. A full batch must lie in Place::device.
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
  /// They themselves, on the device.
  const backend::LossSum* losses_on_device() const { return losses_.data(); }

 private:
  /// The rows of a step, and the step on them. Nothing in it where every step takes all rows.
  struct Batch {
    backend::Buffer<float> features;
    backend::Buffer<std::int32_t> labels;
    backend::Buffer<float> targets;
    std::unique_ptr<backend::Recording> whole;
    std::unique_ptr<backend::Recording> rest;  ///< null where the batches come out even
  };

  bool full_batch() const { return batch_ == data_.rows(); }
  bool is_streamed() const { return data_.place() == backend::Place::host; }
  std::size_t batches_used() const { return is_streamed() ? 2 : 1; }
  void allocate(Batch& batch);
  /// The rows that come `ahead` of the clock's position.
  void fetch(Batch& batch, std::int64_t rows, std::int64_t ahead);
  void run(std::int64_t rows, std::size_t at);
  std::unique_ptr<backend::Recording> record(std::int64_t rows, std::size_t at);

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
  backend::Buffer<std::uint32_t> order_;  ///< not where every step takes all rows
  Batch batches_[2];                      ///< the second where rows are streamed
  std::size_t next_ = 0;                  ///< of the two
  bool next_is_fetched_ = false;          ///< by the step before
};

}  // namespace curb::train
