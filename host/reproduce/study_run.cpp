// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/reproduce/study_run.hpp"

#include <optional>
#include <utility>

#include "host/data/error.hpp"
#include "host/data/open.hpp"
#include "host/train/scheduled_updates.hpp"

namespace curb::reproduce {
namespace {

/// The data of one run after the other; read again only where they differ.
class DataShelf {
 public:
  const data::DataSets& open(const train::Settings& settings) {
    data::DataOptions options = settings.data_options;
    if (options.validation.empty()) options.seed = 0;  // which then draws nothing
    if (!sets_ || spec_ != settings.data || options_ != options) {
      sets_.reset();  // before others take memory
      sets_ = data::open_data(settings.data, options);
      spec_ = settings.data;
      options_ = std::move(options);
    }
    return *sets_;
  }

 private:
  std::string spec_;
  data::DataOptions options_;
  std::optional<data::DataSets> sets_;
};

bool is_error(Measure measure) {
  return measure == Measure::test_error || measure == Measure::validation_error;
}

/// The measure of a report or an outcome, in percent.
template <class Report>
double figure(Measure measure, const Report& report) {
  const bool test = measure == Measure::test_accuracy || measure == Measure::test_error;
  const std::optional<train::Evaluation>& rows = test ? report.test : report.validation;
  if (!rows || !rows->accuracy) {
    throw data::DataError(std::string("the study measures what these data have not: ") +
                          (rows   ? "an accuracy"
                           : test ? "test rows"
                                  : "validation rows"));
  }
  const double accuracy = 100.0 * *rows->accuracy;
  return is_error(measure) ? 100.0 - accuracy : accuracy;
}

bool is_better(Measure measure, double first, double second) {
  return is_error(measure) ? first < second : first > second;
}

RunResult run(const Study& study, const Row& row, const train::Settings& settings,
              const data::DataSets& data, backend::Backend& backend, const StudyWatch& watch) {
  check_schedules_begin(settings, train::length_of_run(settings, data.train.rows));
  RunResult result{.seed = settings.seed};
  train::Observer observer;
  if (watch.on_start) observer = watch.on_start(row, settings);
  const auto report_to_other = std::exchange(observer.on_report, nullptr);
  observer.on_report = [&](const train::EpochMetrics& metrics) {
    if (report_to_other) report_to_other(metrics);
    const double now = figure(study.measure, metrics);
    if (result.epoch == 0 || is_better(study.measure, now, result.figure)) {
      result.figure = now;
      result.epoch = metrics.epoch;
    }
  };
  observer.interrupted = watch.interrupted;

  const train::Outcome outcome = train::train(settings, data, backend, observer);
  if (outcome.ending == train::Ending::interrupted) throw Interrupted();
  if (outcome.ending == train::Ending::diverged) {
    throw Diverged(row.name + ", seed " + std::to_string(settings.seed) + ": diverged in epoch " +
                   std::to_string(outcome.epochs));
  }
  result.last = figure(study.measure, outcome);
  result.seconds = outcome.seconds;
  if (study.reading == Reading::last_epoch) {
    result.figure = result.last;
    result.epoch = outcome.kept_epoch;
  }
  return result;
}

}  // namespace

StudyResult run_study(const Study& study, backend::Backend& backend, const StudyWatch& watch) {
  StudyResult result;
  DataShelf shelf;
  for (const Row& row : study.rows) {
    result.rows.emplace_back();
    for (const std::uint64_t seed : study.seeds) {
      train::Settings settings = row.settings;
      settings.seed = seed;
      train::resolve(settings);
      RowResult& so_far = result.rows.back();
      if (so_far.runs.empty()) so_far.configuration = train::to_toml(settings);
      so_far.runs.push_back(run(study, row, settings, shelf.open(settings), backend, watch));
      if (watch.on_end) watch.on_end(result);
    }
  }
  return result;
}

}  // namespace curb::reproduce
