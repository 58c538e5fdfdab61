// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The training loop.
#include "host/train/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "host/data/error.hpp"
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

steady_clock::time_point seconds_ago(double seconds) {
  return steady_clock::now() -
         std::chrono::duration_cast<steady_clock::duration>(std::chrono::duration<double>(seconds));
}

bool all_finite(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); });
}

/// What was tuned elsewhere is of no use here.
void restore_tuning(const Checkpoint& checkpoint, Backend& backend) {
  if (checkpoint.backend != backend.signature()) return;
  try {
    backend.restore_tuning(checkpoint.tuning);
  } catch (const std::invalid_argument& error) {
    throw data::DataError(checkpoint.source + ": what was tuned for the device: " + error.what());
  }
}

std::optional<DeviceRows> upload(Backend& backend, const std::optional<data::Dataset>& dataset) {
  if (!dataset) return std::nullopt;
  return std::make_optional<DeviceRows>(backend, *dataset);
}

/// A step on all rows at once needs them on the device.
backend::Place training_place(const Settings& settings, const data::Dataset& rows,
                              const Backend& backend) {
  const bool full_batch =
      settings.batch == 0 || settings.batch >= static_cast<std::int64_t>(rows.rows);
  return full_batch ? backend::Place::device : place_for(backend, rows);
}

class Run {
 public:
  Run(const Settings& settings, const data::DataSets& data, Backend& backend,
      const Observer& observer);
  /// One of these two, then train().
  void begin();
  void resume(const Checkpoint& checkpoint);
  Outcome train();

 private:
  nn::Network make_network() const;
  void run_epoch();
  bool report_is_due() const {
    return progress_.epoch % settings_.metrics_every == 0 || progress_.epoch == settings_.epochs ||
           interrupted_;
  }
  EpochMetrics report();
  std::optional<Ending> judge(const EpochMetrics& metrics);
  double penalty(const std::vector<float>& parameters) const;
  double residual();
  double gradient_norm() const;
  std::vector<LayerMetrics> layer_metrics(const std::vector<float>& parameters) const;
  std::optional<Evaluation> evaluate(const std::optional<DeviceRows>& rows);
  Outcome finish(Ending ending, std::int64_t epochs);

  bool checkpoint_is_due_in_epoch() const {
    return observer_.on_checkpoint && settings_.checkpoint_minutes > 0.0 &&
           seconds_since(last_checkpoint_) >= 60.0 * settings_.checkpoint_minutes;
  }
  bool checkpoint_is_due_after(std::int64_t epoch) const {
    return settings_.checkpoint_every > 0 &&
           (epoch % settings_.checkpoint_every == 0 || epoch == settings_.epochs);
  }
  void make_checkpoint();

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

  Progress progress_;
  bool interrupted_ = false;  ///< looked at after each step, so that all agree on when it was
  steady_clock::time_point start_;
  steady_clock::time_point training_since_;  ///< the last report
  steady_clock::time_point last_checkpoint_;
  std::optional<std::uint32_t> data_fingerprint_;  ///< once it was wanted
  std::optional<std::uint64_t> resumed_at_;        ///< the steps that others have made
};

Run::Run(const Settings& settings, const data::DataSets& data, Backend& backend,
         const Observer& observer)
    : settings_(settings),
      data_(data),
      backend_(backend),
      observer_(observer),
      layers_(layer_updates(settings)),
      train_rows_(backend, data.train, training_place(settings, data.train, backend)),
      validation_rows_(upload(backend, data.validation)),
      test_rows_(upload(backend, data.test)),
      network_(make_network()),
      updates_(make_updates(backend, network_, layers_, settings.optimizer,
                            {.clip_norm = settings.clip_norm})),
      steps_(backend, network_, updates_.plan, train_rows_, settings.batch, settings.seed),
      schedules_(layers_, {steps_.steps_per_epoch(), settings.epochs}) {}

void Run::begin() {
  network_.initialise(*settings_.initialisation);
  progress_.latest.parameters = network_.parameters().download();
  if (settings_.tolerance > 0.0) {
    const double first = residual();
    if (first > 0.0) progress_.first_residual = first;
  }
  steps_.begin(progress_.epoch);
  start_ = training_since_ = last_checkpoint_ = steady_clock::now();
}

void Run::resume(const Checkpoint& checkpoint) {
  require_same_settings(checkpoint, settings_);
  require_same_data(checkpoint, data_);
  if (checkpoint.parameters.size() != network_.parameters().size() ||
      checkpoint.optimizer_state.size() != updates_.state.size()) {
    throw data::DataError(checkpoint.source + ": of a run of another network or optimizer");
  }
  network_.parameters().upload(checkpoint.parameters);
  for (std::size_t i = 0; i < updates_.state.size(); ++i) {
    updates_.state[i].upload(checkpoint.optimizer_state[i]);
  }
  updates_.plan.import_state(checkpoint.groups, backend_.stream());
  data_fingerprint_ = checkpoint.data_fingerprint;
  progress_ = checkpoint.progress;
  steps_.resume(progress_.epoch, checkpoint.count);
  if (steps_.steps() > 0) {  // reports speak of the values of the last step
    schedules_.move_to(steps_.steps() - 1, updates_.plan, backend_.stream());
  }
  resumed_at_ = steps_.steps();
  start_ = seconds_ago(checkpoint.seconds);
  training_since_ = seconds_ago(checkpoint.seconds_since_report);
  last_checkpoint_ = steady_clock::now();
}

void Run::make_checkpoint() {
  if (!observer_.on_checkpoint) return;
  last_checkpoint_ = steady_clock::now();
  std::vector<float> parameters = network_.parameters().download();
  if (!all_finite(parameters)) return;  // the last good one stays
  if (!data_fingerprint_) data_fingerprint_ = fingerprint(data_);
  progress_.gradient_norm = gradient_norm();
  Checkpoint checkpoint{.configuration = to_toml(settings_),
                        .data_fingerprint = *data_fingerprint_,
                        .backend = backend_.signature(),
                        .tuning = backend_.tuning(),
                        .progress = progress_,
                        .count = steps_.count(),
                        .parameters = std::move(parameters),
                        .groups = updates_.plan.export_state(backend_.stream()),
                        .seconds = seconds_since(start_),
                        .seconds_since_report = seconds_since(training_since_)};
  for (const backend::Buffer<float>& state : updates_.state) {
    checkpoint.optimizer_state.push_back(state.download());
  }
  observer_.on_checkpoint(std::move(checkpoint));
}

nn::Network Run::make_network() const {
  const std::int64_t rows = train_rows_.rows();
  const std::int64_t batch = settings_.batch == 0 ? rows : std::min(settings_.batch, rows);
  return {backend_, describe_network(settings_, data_.train), rows_at_once(batch, rows),
          settings_.seed};
}

void Run::run_epoch() {
  while (!interrupted_ && !steps_.epoch_is_over()) {
    schedules_.move_to(steps_.steps(), updates_.plan, backend_.stream());
    steps_.step();
    if (observer_.on_step) {
      observer_.on_step({progress_.epoch, steps_.steps_done(), steps_.steps_per_epoch()});
    }
    interrupted_ = observer_.interrupted != nullptr && observer_.interrupted->load();
    if (interrupted_ || checkpoint_is_due_in_epoch()) make_checkpoint();
  }
}

EpochMetrics Run::report() {
  const backend::LossSum losses = steps_.losses();
  const double training = seconds_since(training_since_);
  progress_.training_seconds += training;
  const std::vector<float> parameters = network_.parameters().download();

  EpochMetrics metrics;
  metrics.epoch = progress_.epoch;
  metrics.step = steps_.steps();
  metrics.samples_per_second =
      static_cast<double>(steps_.samples() - progress_.samples_reported) / training;
  metrics.learning_rate = *schedules_.current().front().learning_rate;
  metrics.data_loss = losses.loss / static_cast<double>(losses.samples);
  metrics.penalty = penalty(parameters);
  if (settings_.clip_norm < rules::kInfinity) metrics.gradient_norm = gradient_norm();
  if (settings_.tolerance > 0.0) metrics.residual = residual() / progress_.first_residual;
  metrics.validation = evaluate(validation_rows_);
  metrics.test = evaluate(test_rows_);
  metrics.layers = layer_metrics(parameters);
  metrics.seconds = seconds_since(start_);

  if (std::isfinite(metrics.data_loss) && all_finite(parameters))
    progress_.latest = {progress_.epoch, parameters};
  progress_.samples_reported = steps_.samples();
  training_since_ = steady_clock::now();
  return metrics;
}

std::optional<Ending> Run::judge(const EpochMetrics& metrics) {
  if (progress_.latest.epoch != metrics.epoch) return Ending::diverged;
  if (settings_.patience > 0 && metrics.validation) {
    if (metrics.validation->loss < progress_.best_loss) {
      progress_.best_loss = metrics.validation->loss;
      progress_.best = progress_.latest;
    } else if (metrics.epoch - progress_.best.epoch >= settings_.patience) {
      return Ending::patience;
    }
  }
  if (metrics.residual && *metrics.residual <= settings_.tolerance) return Ending::tolerance;
  if (interrupted_) return Ending::interrupted;
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

/// Of the last step, as far as it was measured. The plan of a resumed run knows only its own steps.
double Run::gradient_norm() const {
  return steps_.steps() == resumed_at_ ? progress_.gradient_norm
                                       : updates_.plan.statistics(backend_.stream()).gradient_norm;
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
  outcome.samples_per_second = static_cast<double>(steps_.samples()) / progress_.training_seconds;

  const bool best_is_wanted = settings_.patience > 0 && progress_.best.epoch > 0;
  const Snapshot& kept = best_is_wanted ? progress_.best : progress_.latest;
  network_.parameters().upload(kept.parameters);
  outcome.kept_epoch = kept.epoch;
  outcome.model = {.schema = data_.train.schema,
                   .standardisation = data_.standardisation,
                   .loss = *settings_.loss,
                   .class_weights = network_.description().class_weights,
                   .layers = model_layers(network_, kept.parameters),
                   .configuration = to_toml(settings_)};

  outcome.train = train::evaluate(backend_, network_, train_rows_);
  outcome.penalty = penalty(kept.parameters);
  if (!is_disturbed(settings_)) {
    outcome.residual = residual();
    if (settings_.tolerance > 0.0)
      outcome.relative_residual = *outcome.residual / progress_.first_residual;
  }
  outcome.validation = evaluate(validation_rows_);
  outcome.test = evaluate(test_rows_);
  outcome.layers = layer_metrics(kept.parameters);
  return outcome;
}

Outcome Run::train() {
  while (progress_.epoch <= settings_.epochs) {
    run_epoch();
    if (report_is_due()) {
      const EpochMetrics metrics = report();
      if (observer_.on_report) observer_.on_report(metrics);
      if (const std::optional<Ending> ending = judge(metrics))
        return finish(*ending, progress_.epoch);
    }
    steps_.begin(++progress_.epoch);
    if (checkpoint_is_due_after(progress_.epoch - 1)) make_checkpoint();
  }
  return finish(Ending::all_epochs, settings_.epochs);
}

}  // namespace

void check_fits(const Settings& settings, const data::DataSets& data) {
  nn::validate(describe_network(settings, data.train));
}

Outcome train(const Settings& settings, const data::DataSets& data, backend::Backend& backend,
              const Observer& observer, const Checkpoint* checkpoint) {
  if (checkpoint != nullptr) restore_tuning(*checkpoint, backend);  // before steps are recorded
  Run run(settings, data, backend, observer);
  if (checkpoint != nullptr) {
    run.resume(*checkpoint);
  } else {
    run.begin();
  }
  return run.train();
}

}  // namespace curb::train
