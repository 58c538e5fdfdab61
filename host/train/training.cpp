// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/train/training.hpp"

#include <cstddef>
#include <stdexcept>

#include "host/data/error.hpp"
#include "host/train/network_objective.hpp"
#include "host/train/passes.hpp"

namespace curb::train {
namespace {

using backend::Backend;

/// A step on all rows at once needs them on the device.
backend::Place place_of_rows(const Settings& settings, const data::Dataset& rows,
                             const Backend& backend) {
  const auto all = static_cast<std::int64_t>(rows.rows);
  const bool full_batch = rows_of_step(settings.batch, all) == all;
  return full_batch ? backend::Place::device : place_for(backend, rows);
}

nn::Network make_network(const Settings& settings, const data::Dataset& data, Backend& backend) {
  const auto rows = static_cast<std::int64_t>(data.rows);
  return {backend, describe_network(settings, data),
          rows_at_once(rows_of_step(settings.batch, rows), rows), settings.seed};
}

}  // namespace

Training::Training(const Settings& settings, const data::DataSets& data, Backend& backend)
    : settings_(settings),
      data_(data),
      backend_(backend),
      layers_(layer_updates(settings)),
      rows_(backend, data.train, place_of_rows(settings, data.train, backend)),
      network_(make_network(settings, data.train, backend)),
      updates_(make_updates(backend, network_, layers_, settings.optimizer,
                            {.clip_norm = settings.clip_norm})),
      put_aside_(backend, updates_.average.size()),
      steps_(backend, network_, updates_.plan, rows_, settings.batch, settings.seed),
      schedules_(layers_, length_of_run(settings, data.train.rows)) {}

void Training::initialise() {
  network_.initialise(*settings_.initialisation);
  const backend::Buffer<float>& parameters = network_.parameters();
  backend_.copy(parameters.data(), updates_.average.data(), updates_.average.bytes());
}

void Training::show(const std::function<void()>& look) {
  if (updates_.average.size() == 0) return look();
  backend::Buffer<float>& parameters = network_.parameters();
  backend_.copy(parameters.data(), put_aside_.data(), parameters.bytes());
  backend_.copy(updates_.average.data(), parameters.data(), parameters.bytes());
  look();
  backend_.copy(put_aside_.data(), parameters.data(), parameters.bytes());
}

std::vector<backend::Buffer<float>*> Training::arenas() {
  std::vector<backend::Buffer<float>*> all;
  for (backend::Buffer<float>& state : updates_.state) all.push_back(&state);
  if (updates_.average.size() > 0) all.push_back(&updates_.average);
  return all;
}

void Training::restore(const Checkpoint& checkpoint) {
  require_same_settings(checkpoint, settings_);
  require_same_data(checkpoint, data_);
  const std::vector<backend::Buffer<float>*> beside = arenas();
  if (checkpoint.parameters.size() != network_.parameters().size() ||
      checkpoint.optimizer_state.size() != beside.size()) {
    throw data::DataError(checkpoint.source + ": of a run of another network or optimizer");
  }
  network_.parameters().upload(checkpoint.parameters);
  for (std::size_t i = 0; i < beside.size(); ++i) beside[i]->upload(checkpoint.optimizer_state[i]);
  updates_.plan.import_state(checkpoint.groups, backend_.stream());
  steps_.resume(checkpoint.progress.epoch, checkpoint.count);
  if (steps_.steps() > 0) {  // reports speak of the values of the last step
    schedules_.move_to(steps_.steps() - 1, updates_.plan, backend_.stream());
  }
  restored_ = {steps_.steps(), checkpoint.progress.gradient_norm};
}

void Training::write_to(Checkpoint& checkpoint) {
  checkpoint.count = steps_.count();
  checkpoint.groups = updates_.plan.export_state(backend_.stream());
  checkpoint.progress.gradient_norm = gradient_norm();
  for (const backend::Buffer<float>* arena : arenas()) {
    checkpoint.optimizer_state.push_back(arena->download());
  }
}

void Training::step() {
  schedules_.move_to(steps_.steps(), updates_.plan, backend_.stream());
  steps_.step();
}

Evaluation Training::evaluate() { return train::evaluate(backend_, network_, rows_); }

double Training::residual(const std::vector<UpdateSettings>& updates) {
  std::vector<UpdateSettings> measured = updates;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    measured[i].learning_rate = layers_[i].learning_rate;
  }
  const std::vector<float> gradient = data_gradient(backend_, network_, rows_);
  return train::residual(measured, network_.layout(), network_.parameters().download(), gradient);
}

double Training::gradient_norm() const {
  if (restored_ && restored_->steps == steps_.steps()) return restored_->gradient_norm;
  return updates_.plan.statistics(backend_.stream()).gradient_norm;
}

}  // namespace curb::train
