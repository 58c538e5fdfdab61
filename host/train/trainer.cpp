// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The training loop.
#include "host/train/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "host/train/network_objective.hpp"
#include "host/train/network_setup.hpp"
#include "host/train/readings.hpp"
#include "host/train/training.hpp"

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

/// Training since a report.
struct TrainingTime {
  double earlier = 0.0;                    ///< seconds, before the run was resumed
  std::unique_ptr<backend::Moment> begin;  ///< before the first step; null: there was none

  /// Seconds. Both moments must have passed.
  double until(const backend::Moment& end) const {
    return earlier + (begin ? end.seconds_since(*begin) : 0.0);
  }
};

class Run {
 public:
  Run(const Settings& settings, const data::DataSets& data, Backend& backend,
      const Observer& observer);
  /// One of these two, then train().
  void begin();
  void resume(const Checkpoint& checkpoint);
  Outcome train();

 private:
  /// What a report says beside what the device is asked for.
  struct Report {
    std::int64_t epoch = 0;
    bool interrupted = false;
    std::uint64_t steps = 0;
    std::uint64_t samples = 0;
    std::vector<UpdateSettings> updates;  ///< of the last step
    std::optional<double> gradient_norm;
    std::optional<double> residual;
    TrainingTime time;  ///< since the report before
    std::unique_ptr<backend::Moment> after_training;
  };
  struct End {
    Ending how;
    std::int64_t epoch;
  };

  void run_epoch();
  bool report_is_due() const {
    return progress_.epoch % settings_.metrics_every == 0 || progress_.epoch == settings_.epochs ||
           interrupted_;
  }
  void ask_for_report();
  /// Takes what was asked for, if anything was, and decides by it whether the run is at its end.
  /// Waits.
  void take_report();
  EpochMetrics make_metrics(Reading reading);
  std::optional<Ending> judge(const EpochMetrics& metrics);
  Outcome finish(const End& end);

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
  Training training_;
  Readings readings_;

  Progress progress_;
  Report report_;  ///< the last one
  std::optional<End> end_;
  bool interrupted_ = false;  ///< looked at after each step, so that all agree on when it was
  steady_clock::time_point start_;
  TrainingTime time_;  ///< since the last report
  steady_clock::time_point last_checkpoint_;
  std::optional<std::uint32_t> data_fingerprint_;  ///< once it was wanted
};

Run::Run(const Settings& settings, const data::DataSets& data, Backend& backend,
         const Observer& observer)
    : settings_(settings),
      data_(data),
      backend_(backend),
      observer_(observer),
      training_(settings, data, backend),
      readings_(backend, training_.network(), data) {}

void Run::begin() {
  training_.initialise();
  progress_.latest.parameters = training_.network().parameters().download();
  report_.updates = training_.updates();
  if (settings_.tolerance > 0.0) {
    const double first = training_.residual(report_.updates);
    if (first > 0.0) progress_.first_residual = first;
  }
  training_.steps().begin(progress_.epoch);
  start_ = last_checkpoint_ = steady_clock::now();
}

void Run::resume(const Checkpoint& checkpoint) {
  training_.restore(checkpoint);
  data_fingerprint_ = checkpoint.data_fingerprint;
  progress_ = checkpoint.progress;
  report_.steps = training_.steps().steps();
  report_.updates = training_.updates();
  start_ = seconds_ago(checkpoint.seconds);
  time_.earlier = checkpoint.seconds_since_report;
  last_checkpoint_ = steady_clock::now();
}

void Run::make_checkpoint() {
  if (!observer_.on_checkpoint) return;
  take_report();  // a checkpoint knows what was reported
  if (end_) return;
  last_checkpoint_ = steady_clock::now();
  std::vector<float> parameters = training_.network().parameters().download();
  if (!all_finite(parameters)) return;  // the last good one stays
  if (!data_fingerprint_) data_fingerprint_ = fingerprint(data_);
  const std::unique_ptr<backend::Moment> now = backend_.moment();
  now->wait();
  Checkpoint checkpoint{.configuration = to_toml(settings_),
                        .data_fingerprint = *data_fingerprint_,
                        .backend = backend_.signature(),
                        .tuning = backend_.tuning(),
                        .progress = progress_,
                        .parameters = std::move(parameters),
                        .seconds = seconds_since(start_),
                        .seconds_since_report = time_.until(*now)};
  training_.write_to(checkpoint);
  observer_.on_checkpoint(std::move(checkpoint));
}

void Run::run_epoch() {
  EpochSteps& steps = training_.steps();
  if (!time_.begin) time_.begin = backend_.moment();
  while (!end_ && !interrupted_ && !steps.epoch_is_over()) {
    training_.step();
    if (observer_.on_step) {
      observer_.on_step({progress_.epoch, steps.steps_done(), steps.steps_per_epoch()});
    }
    interrupted_ = observer_.interrupted != nullptr && observer_.interrupted->load();
    if (readings_.have_arrived()) take_report();
    if (interrupted_ || checkpoint_is_due_in_epoch()) make_checkpoint();
  }
}

void Run::ask_for_report() {
  take_report();  // the one before
  if (end_) return;
  report_ = {.epoch = progress_.epoch,
             .interrupted = interrupted_,
             .steps = training_.steps().steps(),
             .samples = training_.steps().samples(),
             .updates = training_.updates(),
             .gradient_norm = {},
             .residual = {},
             .time = std::exchange(time_, {}),
             .after_training = backend_.moment()};
  if (settings_.clip_norm < rules::kInfinity) report_.gradient_norm = training_.gradient_norm();
  training_.show([this] {
    readings_.ask(training_.steps().losses_on_device());
    if (settings_.tolerance > 0.0) {
      report_.residual = training_.residual(report_.updates) / progress_.first_residual;
    }
  });
}

void Run::take_report() {
  if (!readings_.are_asked_for()) return;
  const EpochMetrics metrics = make_metrics(readings_.take());
  if (observer_.on_report) observer_.on_report(metrics);
  if (const std::optional<Ending> ending = judge(metrics)) end_ = {*ending, metrics.epoch};
}

EpochMetrics Run::make_metrics(Reading reading) {
  const double training = report_.time.until(*report_.after_training);
  const std::uint64_t samples = report_.samples - progress_.samples_reported;
  const nn::ParameterLayout& layout = training_.network().layout();

  EpochMetrics metrics;
  metrics.epoch = report_.epoch;
  metrics.step = report_.steps;
  metrics.samples_per_second = static_cast<double>(samples) / training;
  metrics.learning_rate = *report_.updates.front().learning_rate;
  metrics.data_loss = reading.losses.loss / static_cast<double>(reading.losses.samples);
  metrics.penalty = penalty(report_.updates, layout, reading.parameters);
  metrics.gradient_norm = report_.gradient_norm;
  metrics.residual = report_.residual;
  metrics.validation = reading.validation;
  metrics.test = reading.test;
  metrics.layers = measure(layout, reading.parameters);
  metrics.seconds = seconds_since(start_);

  progress_.training_seconds += training;
  progress_.samples_reported = report_.samples;
  if (std::isfinite(metrics.data_loss) && all_finite(reading.parameters)) {
    progress_.latest = {report_.epoch, std::move(reading.parameters)};
  }
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
  if (report_.interrupted) return Ending::interrupted;
  return std::nullopt;
}

Outcome Run::finish(const End& end) {
  nn::Network& network = training_.network();
  Outcome outcome;
  outcome.ending = end.how;
  outcome.epochs = end.epoch;
  outcome.steps = report_.steps;
  outcome.seconds = seconds_since(start_);
  outcome.samples_per_second =
      static_cast<double>(progress_.samples_reported) / progress_.training_seconds;

  const bool best_is_wanted = settings_.patience > 0 && progress_.best.epoch > 0;
  const Snapshot& kept = best_is_wanted ? progress_.best : progress_.latest;
  network.parameters().upload(kept.parameters);
  outcome.kept_epoch = kept.epoch;
  outcome.model = {.schema = data_.train.schema,
                   .standardisation = data_.standardisation,
                   .loss = *settings_.loss,
                   .class_weights = network.description().class_weights,
                   .layers = model_layers(network, kept.parameters),
                   .configuration = to_toml(settings_)};

  outcome.train = training_.evaluate();
  outcome.penalty = penalty(report_.updates, network.layout(), kept.parameters);
  if (!is_disturbed(settings_)) {
    outcome.residual = training_.residual(report_.updates);
    if (settings_.tolerance > 0.0)
      outcome.relative_residual = *outcome.residual / progress_.first_residual;
  }
  readings_.ask(training_.steps().losses_on_device());
  const Reading reading = readings_.take();
  outcome.validation = reading.validation;
  outcome.test = reading.test;
  outcome.layers = measure(network.layout(), kept.parameters);
  return outcome;
}

/// A report is taken when it has come, in whichever step that is; and the steps that were asked for
/// in the meantime leave no trace in a run that ends with it. So nothing depends on when it comes.
Outcome Run::train() {
  while (!end_ && progress_.epoch <= settings_.epochs) {
    run_epoch();
    if (end_) break;
    if (report_is_due()) ask_for_report();
    if (interrupted_ || readings_.have_arrived()) take_report();
    if (end_) break;
    training_.steps().begin(++progress_.epoch);
    if (checkpoint_is_due_after(progress_.epoch - 1)) make_checkpoint();
  }
  take_report();
  return finish(end_.value_or(End{Ending::all_epochs, settings_.epochs}));
}

}  // namespace

void check_fits(const Settings& settings, const data::DataSets& data) {
  nn::validate(describe_network(settings, data.train));
}

Outcome train(const Settings& settings, const data::DataSets& data, backend::Backend& backend,
              const Observer& observer, const Checkpoint* checkpoint) {
  if (checkpoint != nullptr) apply_tuning(*checkpoint, backend);  // before steps are recorded
  Run run(settings, data, backend, observer);
  if (checkpoint != nullptr) {
    run.resume(*checkpoint);
  } else {
    run.begin();
  }
  return run.train();
}

}  // namespace curb::train
