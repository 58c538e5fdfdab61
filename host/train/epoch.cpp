// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The steps of an epoch.
#include "host/train/epoch.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <stdexcept>
#include <vector>

#include "host/data/dataset.hpp"

namespace curb::train {
namespace {

/// A seed of its own for the order of each epoch.
std::uint64_t order_seed(std::uint64_t seed, std::int64_t epoch) {
  const backend::RandomKey key = backend::make_random_key(seed, backend::RandomStream::shuffle,
                                                          static_cast<std::uint32_t>(epoch));
  return std::uint64_t{key.word[1]} << 32 | key.word[0];
}

std::size_t size(std::int64_t count) { return static_cast<std::size_t>(count); }

}  // namespace

std::int64_t rows_of_step(std::int64_t batch, std::int64_t rows) {
  return batch == 0 ? rows : std::min(batch, rows);
}

EpochSteps::EpochSteps(backend::Backend& backend, nn::Network& network, Plan& plan,
                       const DeviceRows& data, std::int64_t batch, std::uint64_t seed)
    : backend_(backend),
      network_(network),
      plan_(plan),
      data_(data),
      batch_(rows_of_step(batch, data.rows())),
      seed_(seed),
      clock_(backend, 1),
      losses_(backend, 1) {
  if (data.rows() > std::numeric_limits<std::uint32_t>::max()) {
    throw std::length_error("more than 2^32 - 1 training rows");
  }
  if (!full_batch()) {
    // A batch beyond the last is fetched too; it is never used, but its indices must be rows.
    order_ = {backend, size(data.rows() + (is_streamed() ? batch_ : 0))};
    for (std::size_t i = 0; i < batches_used(); ++i) allocate(batches_[i]);
  }
  const std::int64_t rest = data.rows() % batch_;
  for (std::size_t i = 0; i < batches_used(); ++i) {
    batches_[i].whole = record(batch_, i);
    if (rest > 0) batches_[i].rest = record(rest, i);
  }
}

void EpochSteps::allocate(Batch& batch) {
  batch.features = {backend_, size(batch_ * data_.columns())};
  batch.targets = {backend_, size(batch_ * data_.target_columns())};
  if (data_.target_columns() == 0) batch.labels = {backend_, size(batch_)};
}

void EpochSteps::begin(std::int64_t epoch) {
  position_ = 0;
  losses_.clear();
  const backend::Clock now{.step = steps_, .position = 0};
  clock_.upload({&now, 1});
  if (full_batch()) return;  // a sum does not depend on the order, and then its rounding need not
  const std::vector<std::size_t> order =
      data::shuffled_indices(size(data_.rows()), order_seed(seed_, epoch));
  std::vector<std::uint32_t> indices(order.begin(), order.end());
  indices.resize(order_.size());
  order_.upload(indices);
  next_is_fetched_ = false;
}

StepCount EpochSteps::count() const { return {steps_, samples_, position_, losses()}; }

void EpochSteps::resume(std::int64_t epoch, const StepCount& count) {
  begin(epoch);
  steps_ = count.steps;
  samples_ = count.samples;
  position_ = count.position;
  losses_.upload({&count.losses, 1});
  const backend::Clock now{.step = steps_, .position = static_cast<std::uint64_t>(position_)};
  clock_.upload({&now, 1});
}

void EpochSteps::step() {
  const std::int64_t rows = std::min(batch_, data_.rows() - position_);
  Batch& batch = batches_[next_];
  if (is_streamed() && !next_is_fetched_) fetch(batch, batch_, 0);
  next_is_fetched_ = true;
  (rows == batch_ ? batch.whole : batch.rest)->replay();
  if (is_streamed()) next_ = 1 - next_;
  position_ += rows;
  ++steps_;
  samples_ += static_cast<std::uint64_t>(rows);
}

backend::LossSum EpochSteps::losses() const { return losses_.download().front(); }

void EpochSteps::fetch(Batch& batch, std::int64_t rows, std::int64_t ahead) {
  const nn::Targets targets = data_.targets();
  backend_.gather({.rows = rows,
                   .ahead = ahead,
                   .order = order_.data(),
                   .clock = clock_.data(),
                   .columns = data_.columns(),
                   .features = data_.features(),
                   .batch_features = batch.features.data(),
                   .labels = targets.labels,
                   .batch_labels = batch.labels.data(),
                   .target_columns = data_.target_columns(),
                   .targets = targets.values,
                   .batch_targets = batch.targets.data()});
}

void EpochSteps::run(std::int64_t rows, std::size_t at) {
  Batch& batch = batches_[at];
  const float* input = data_.features();
  nn::Targets targets = data_.targets();
  if (!full_batch()) {
    input = batch.features.data();
    targets = {.labels = batch.labels.data(), .values = batch.targets.data()};
    if (is_streamed()) {
      backend_.beside([&] { fetch(batches_[1 - at], batch_, rows); });
    } else {
      fetch(batch, rows, 0);
    }
  }
  network_.compute_gradients(input, targets, rows, clock_.data(), losses_.data());
  plan_.step(backend_.stream());
  if (is_streamed()) backend_.meet();
  backend_.advance(clock_.data(), rows);
}

std::unique_ptr<backend::Recording> EpochSteps::record(std::int64_t rows, std::size_t at) {
  return backend_.record([this, rows, at] { run(rows, at); });
}

}  // namespace curb::train
