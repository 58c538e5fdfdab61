// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/reproduce/irrelevant_inputs.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>

#include "host/data/open.hpp"
#include "host/reproduce/study_run.hpp"
#include "host/reproduce/synthetic.hpp"
#include "host/train/device_rows.hpp"
#include "host/train/network_setup.hpp"
#include "host/train/passes.hpp"
#include "host/train/trainer.hpp"

namespace curb::reproduce {
namespace {

/// A learning rate that suits every size. The Hessian of the logistic loss is at most X'X / (4
/// rows), and the largest eigenvalue of X'X / rows close to (1 + sqrt(inputs / rows))^2 where
/// inputs are independent (Marchenko and Pastur 1967).
float learning_rate(std::size_t inputs, std::size_t rows, double l2) {
  const double edge = 1.0 + std::sqrt(static_cast<double>(inputs) / static_cast<double>(rows));
  return static_cast<float>(1.0 / (edge * edge / 4.0 + l2));
}

class TrialRun {
 public:
  TrialRun(const IrrelevantInputsStudy& study, std::int64_t irrelevant, std::uint64_t seed,
           backend::Backend& backend, const std::atomic<bool>* interrupted)
      : study_(study),
        problem_{study.relevant, irrelevant, study.strength},
        seed_(seed),
        backend_(backend),
        interrupted_(interrupted) {
    data_.train = draw_rows(problem_, study.train_rows, seed, Part::train);
    data_.validation = draw_rows(problem_, study.validation_rows, seed, Part::validation);
  }

  Trial run() const {
    const Best l1 = choose(study_.l1, &train::UpdateSettings::l1);
    const Best l2 = choose(study_.l2, &train::UpdateSettings::l2);
    const train::DeviceRows test(backend_,
                                 draw_rows(problem_, study_.test_rows, seed_, Part::test));
    return {seed_, measure(l1, test), measure(l2, test)};
  }

 private:
  struct Best {
    double coefficient = 0.0;
    train::Outcome outcome;
  };

  train::Outcome train(double coefficient, float train::UpdateSettings::*penalty) const {
    train::Settings settings = study_.settings;
    settings.data = "synthetic";
    settings.data_options.task = data::Task::multilabel;
    settings.hidden = {};
    settings.batch = 0;
    settings.seed = seed_;
    settings.update.*penalty = static_cast<float>(coefficient);
    settings.update.learning_rate =
        learning_rate(data_.train.columns, data_.train.rows, settings.update.l2);
    train::resolve(settings);
    train::Observer observer;
    observer.interrupted = interrupted_;
    train::Outcome outcome = train::train(settings, data_, backend_, observer);
    if (outcome.ending == train::Ending::interrupted) throw Interrupted();
    if (outcome.ending == train::Ending::diverged) {
      throw Diverged(std::to_string(problem_.irrelevant) + " irrelevant inputs, seed " +
                     std::to_string(seed_) + ", coefficient " + std::to_string(coefficient) +
                     ": diverged");
    }
    return outcome;
  }

  Best choose(std::vector<double> coefficients, float train::UpdateSettings::*penalty) const {
    std::sort(coefficients.begin(), coefficients.end(), std::greater<>());
    std::optional<Best> best;
    for (const double coefficient : coefficients) {
      train::Outcome outcome = train(coefficient, penalty);
      if (!best || outcome.validation->loss < best->outcome.validation->loss) {
        best = Best{coefficient, std::move(outcome)};
      }
    }
    return *std::move(best);
  }

  ChosenPenalty measure(const Best& best, const train::DeviceRows& test) const {
    nn::Network network =
        train::make_network(backend_, best.outcome.model, train::rows_at_once(1, test.rows()));
    const train::Evaluation evaluation = train::evaluate(backend_, network, test);
    const train::LayerMetrics& weights = best.outcome.layers.front();
    return {best.coefficient, best.outcome.validation->loss, 100.0 - 100.0 * *evaluation.accuracy,
            static_cast<std::int64_t>(weights.weights - weights.zeros)};
  }

  const IrrelevantInputsStudy& study_;
  SyntheticProblem problem_;
  std::uint64_t seed_;
  backend::Backend& backend_;
  const std::atomic<bool>* interrupted_;
  data::DataSets data_;
};

}  // namespace

IrrelevantInputsResult run_irrelevant_inputs(const IrrelevantInputsStudy& study,
                                             backend::Backend& backend, const TrialWatch& watch) {
  const auto start = std::chrono::steady_clock::now();
  IrrelevantInputsResult result;
  for (const std::int64_t irrelevant : study.irrelevant) {
    result.irrelevant.push_back(irrelevant);
    std::vector<Trial>& trials = result.trials.emplace_back();
    for (const std::uint64_t seed : study.seeds) {
      trials.push_back(TrialRun(study, irrelevant, seed, backend, watch.interrupted).run());
      if (watch.on_end) watch.on_end(irrelevant, trials.back());
    }
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace curb::reproduce
