// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The training loop.
#include "host/train/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "host/train/device_rows.hpp"
#include "host/train/epoch.hpp"
#include "host/train/network_setup.hpp"
#include "host/train/passes.hpp"
#include "host/train/scheduled_updates.hpp"

namespace curb::train {
namespace {

using backend::Backend;
using std::chrono::steady_clock;

double seconds_since(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

/// Weights that may be wanted again.
struct Snapshot {
  std::int64_t epoch = 0;
  std::vector<float> parameters;
};

bool is_disturbed(const Settings& settings) {
  return settings.input_noise > 0.0f || settings.input_dropout > 0.0f ||
         settings.hidden_dropout > 0.0f;
}

std::optional<DeviceRows> upload(Backend& backend, const std::optional<data::Dataset>& dataset) {
  if (!dataset) return std::nullopt;
  return std::make_optional<DeviceRows>(backend, *dataset);
}

class Run {
 public:
  Run(const Settings& settings, const data::DataSets& data, Backend& backend,
      const Observer& observer);
  Outcome train();

 private:
  nn::Network make_network() const;
  bool interrupted() const {
    return observer_.interrupted != nullptr && observer_.interrupted->load();
  }
  void run_epoch(std::int64_t epoch);
  bool report_is_due(std::int64_t epoch) const {
    return epoch % settings_.metrics_every == 0 || epoch == settings_.epochs || interrupted();
  }
  EpochMetrics report(std::int64_t epoch);
  std::optional<Ending> judge(const EpochMetrics& metrics);
  double penalty(const std::vector<float>& parameters) const;
  double residual();
  std::vector<LayerMetrics> layer_metrics(const std::vector<float>& parameters) const;
  std::optional<Evaluation> evaluate(const std::optional<DeviceRows>& rows);
  Outcome finish(Ending ending, std::int64_t epochs);

  const Settings& settings_;
  const data::DataSets& data_;
  Backend& backend_;
  const Observer& observer_;
  std::vector<UpdateSettings> layers_;
  DeviceRows train_rows_;
  std::optional<DeviceRows> validation_rows_;
  std::optional<DeviceRows> test_rows_;
  nn::Network network_;
  Updates updates_;
  EpochSteps steps_;
  ScheduledUpdates schedules_;

  steady_clock::time_point start_;
  double training_seconds_ = 0.0;  ///< without reports
  steady_clock::time_point training_since_;
  std::uint64_t samples_reported_ = 0;
  double first_residual_ = 1.0;

  Snapshot latest_;  ///< at the last report whose loss and weights were finite
  Snapshot best_;    ///< by validation loss; with early stopping only
  double best_loss_ = std::numeric_limits<double>::infinity();
};

Run::Run(const Settings& settings, const data::DataSets& data, Backend& backend,
         const Observer& observer)
    : settings_(settings),
      data_(data),
      backend_(backend),
      observer_(observer),
      layers_(layer_updates(settings)),
      train_rows_(backend, data.train),
      validation_rows_(upload(backend, data.validation)),
      test_rows_(upload(backend, data.test)),
      network_(make_network()),
      updates_(make_updates(backend, network_, layers_, settings.optimizer,
                            {.clip_norm = settings.clip_norm})),
      steps_(backend, network_, updates_.plan, train_rows_, settings.batch, settings.seed),
      schedules_(layers_, {steps_.steps_per_epoch(), settings.epochs}) {
  network_.initialise(*settings.initialisation);
  latest_.parameters = network_.parameters().download();
  best_ = latest_;
}

nn::Network Run::make_network() const {
  const std::int64_t rows = train_rows_.rows();
  const std::int64_t batch = settings_.batch == 0 ? rows : std::min(settings_.batch, rows);
  return {backend_, describe_network(settings_, data_.train.schema), rows_at_once(batch, rows),
          settings_.seed};
}

void Run::run_epoch(std::int64_t epoch) {
  const std::int64_t steps = steps_.steps_per_epoch();
  steps_.begin(epoch);
  for (std::int64_t step = 1; step <= steps; ++step) {
    schedules_.move_to(steps_.steps(), updates_.plan, backend_.stream());
    steps_.step();
    if (observer_.on_step) observer_.on_step({epoch, step, steps});
    if (interrupted()) return;
  }
}

EpochMetrics Run::report(std::int64_t epoch) {
  const backend::LossSum losses = steps_.losses();
  const double training = seconds_since(training_since_);
  training_seconds_ += training;
  const std::vector<float> parameters = network_.parameters().download();

  EpochMetrics metrics;
  metrics.epoch = epoch;
  metrics.step = steps_.steps();
  metrics.samples_per_second = static_cast<double>(steps_.samples() - samples_reported_) / training;
  metrics.learning_rate = *schedules_.current().front().learning_rate;
  metrics.data_loss = losses.loss / static_cast<double>(losses.samples);
  metrics.penalty = penalty(parameters);
  if (settings_.clip_norm < rules::kInfinity) {
    metrics.gradient_norm = updates_.plan.statistics(backend_.stream()).gradient_norm;
  }
  if (settings_.tolerance > 0.0) metrics.residual = residual() / first_residual_;
  metrics.validation = evaluate(validation_rows_);
  metrics.test = evaluate(test_rows_);
  metrics.layers = layer_metrics(parameters);
  metrics.seconds = seconds_since(start_);

  const bool good =
      std::isfinite(metrics.data_loss) &&
      std::all_of(parameters.begin(), parameters.end(), [](float x) { return std::isfinite(x); });
  if (good) latest_ = {epoch, parameters};
  samples_reported_ = steps_.samples();
  training_since_ = steady_clock::now();
  return metrics;
}

std::optional<Ending> Run::judge(const EpochMetrics& metrics) {
  if (latest_.epoch != metrics.epoch) return Ending::diverged;
  if (settings_.patience > 0 && metrics.validation) {
    if (metrics.validation->loss < best_loss_) {
      best_loss_ = metrics.validation->loss;
      best_ = latest_;
    } else if (metrics.epoch - best_.epoch >= settings_.patience) {
      return Ending::patience;
    }
  }
  if (metrics.residual && *metrics.residual <= settings_.tolerance) return Ending::tolerance;
  if (interrupted()) return Ending::interrupted;
  return std::nullopt;
}

double Run::penalty(const std::vector<float>& parameters) const {
  double sum = 0.0;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    sum += train::penalty(schedules_.current()[i], weights_of(network_.layout(), parameters, i));
  }
  return sum;
}

double Run::residual() {
  const std::vector<float> gradient = data_gradient(backend_, network_, train_rows_);
  const std::vector<float> parameters = network_.parameters().download();
  const nn::ParameterLayout& layout = network_.layout();
  double sum = 0.0;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    UpdateSettings update = schedules_.current()[i];
    update.learning_rate = layers_[i].learning_rate;  // one measure for the whole run, and not 0
    sum += squared_residual(update, weights_of(layout, parameters, i),
                            weights_of(layout, gradient, i));
    const nn::ParameterTensor& bias = layout.bias(i);  // free, so its residual is its gradient
    for (std::size_t k = 0; k < bias.size(); ++k) {
      const double g = gradient[bias.offset + k];
      sum += g * g;
    }
  }
  return std::sqrt(sum);
}

std::vector<LayerMetrics> Run::layer_metrics(const std::vector<float>& parameters) const {
  std::vector<LayerMetrics> metrics;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    metrics.push_back(measure(weights_of(network_.layout(), parameters, i)));
  }
  return metrics;
}

std::optional<Evaluation> Run::evaluate(const std::optional<DeviceRows>& rows) {
  if (!rows) return std::nullopt;
  return train::evaluate(backend_, network_, *rows);
}

Outcome Run::finish(Ending ending, std::int64_t epochs) {
  Outcome outcome;
  outcome.ending = ending;
  outcome.epochs = epochs;
  outcome.steps = steps_.steps();
  outcome.seconds = seconds_since(start_);
  outcome.samples_per_second = static_cast<double>(steps_.samples()) / training_seconds_;

  const bool best_is_wanted = settings_.patience > 0 && best_.epoch > 0;
  const Snapshot& kept = best_is_wanted ? best_ : latest_;
  network_.parameters().upload(kept.parameters);
  outcome.kept_epoch = kept.epoch;
  outcome.model = {.schema = data_.train.schema,
                   .standardisation = data_.standardisation,
                   .loss = *settings_.loss,
                   .layers = model_layers(network_, kept.parameters),
                   .configuration = to_toml(settings_)};

  outcome.train = train::evaluate(backend_, network_, train_rows_);
  outcome.penalty = penalty(kept.parameters);
  if (!is_disturbed(settings_)) {
    outcome.residual = residual();
    if (settings_.tolerance > 0.0) outcome.relative_residual = *outcome.residual / first_residual_;
  }
  outcome.validation = evaluate(validation_rows_);
  outcome.test = evaluate(test_rows_);
  outcome.layers = layer_metrics(kept.parameters);
  return outcome;
}

Outcome Run::train() {
  if (settings_.tolerance > 0.0) {
    const double first = residual();
    if (first > 0.0) first_residual_ = first;
  }
  start_ = training_since_ = steady_clock::now();
  for (std::int64_t epoch = 1;; ++epoch) {
    run_epoch(epoch);
    if (!report_is_due(epoch)) continue;
    const EpochMetrics metrics = report(epoch);
    if (observer_.on_report) observer_.on_report(metrics);
    if (const std::optional<Ending> ending = judge(metrics)) return finish(*ending, epoch);
    if (epoch == settings_.epochs) return finish(Ending::all_epochs, epoch);
  }
}

}  // namespace

Outcome train(const Settings& settings, const data::DataSets& data, backend::Backend& backend,
              const Observer& observer) {
  return Run(settings, data, backend, observer).train();
}

}  // namespace curb::train
