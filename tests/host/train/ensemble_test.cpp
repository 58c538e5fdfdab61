// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Committees: what they are made of, and what is averaged.
#include "host/train/ensemble.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <vector>

#include "host/train/committee.hpp"

namespace curb::train {
namespace {

using backend::Loss;
using Floats = std::vector<float>;

Settings committee_of(std::int64_t members) {
  Settings settings;
  settings.data = "digits";
  settings.hidden = {8};
  settings.epochs = 2;
  settings.seed = 5;
  settings.ensemble = members;
  resolve(settings);
  return settings;
}

const data::DataSets& digits() {
  static const data::DataSets kSets = data::open_data("digits", {});
  return kSets;
}

TEST(MeanOutputs, AverageProbabilitiesUnderASoftmax) {
  const Floats mean =
      mean_outputs(Loss::softmax_cross_entropy, 2, {{0, 0, 5, 7}, {3, 3 + std::log(3.0f), 0, 0}});
  EXPECT_NEAR(std::exp(mean[0]), (0.5 + 0.25) / 2, 1e-6);
  EXPECT_NEAR(std::exp(mean[1]), (0.5 + 0.75) / 2, 1e-6);
  EXPECT_NEAR(std::exp(mean[2]) + std::exp(mean[3]), 1, 1e-6);
  const Floats certain = mean_outputs(Loss::softmax_cross_entropy, 2, {{3000, 0}, {3000, 0}});
  EXPECT_EQ(certain, (Floats{0, -3000}));
}

TEST(MeanOutputs, AverageProbabilitiesUnderASigmoid) {
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  const Floats mean =
      mean_outputs(Loss::sigmoid_cross_entropy, 2, {{0, 500}, {std::log(3.0f), 500}});
  EXPECT_NEAR(sigmoid(mean[0]), (0.5 + 0.75) / 2, 1e-6);
  EXPECT_NEAR(mean[1], 500, 1e-3);
}

TEST(MeanOutputs, AreMeansUnderOtherLosses) {
  for (const Loss loss : {Loss::quadratic, Loss::mse}) {
    EXPECT_EQ(mean_outputs(loss, 1, {{1, 5}, {2, -5}, {6, 3}}), (Floats{3, 1}));
  }
}

TEST(Ensemble, MembersAreTheRunsOfTheirSeeds) {
  const auto backend = backend::make_cpu_backend(1);
  std::vector<std::size_t> reported;
  Observer observer;
  observer.on_report = [&](const EpochMetrics& m) { reported.push_back(m.member.value()); };
  const EnsembleOutcome ensemble = train_ensemble(committee_of(3), digits(), *backend, observer);
  EXPECT_EQ(reported, (std::vector<std::size_t>{0, 0, 1, 1, 2, 2}));
  ASSERT_EQ(ensemble.members.size(), 3u);
  for (std::size_t m = 0; m < 3; ++m) {
    Settings alone = committee_of(1);
    alone.seed += m;
    const Outcome outcome = train(alone, digits(), *backend);
    EXPECT_EQ(ensemble.members[m].model.layers[0].weight, outcome.model.layers[0].weight) << m;
    EXPECT_EQ(ensemble.members[m].model.configuration, to_toml(committee_of(3)));
  }
}

TEST(Ensemble, IsJudgedByTheMeanOfItsProbabilities) {
  const auto backend = backend::make_cpu_backend(1);
  const EnsembleOutcome ensemble = train_ensemble(committee_of(2), digits(), *backend);
  const std::vector<Model> models = models_of(ensemble.members);
  const data::Dataset& test = digits().test.value();
  const DeviceRows rows(*backend, test);
  const Floats a = predict(*backend, {&models[0], 1}, rows);
  const Floats b = predict(*backend, {&models[1], 1}, rows);
  const auto probability = [](const Floats& outputs, std::size_t row, std::size_t k) {
    double sum = 0;
    for (std::size_t i = 0; i < 10; ++i) sum += std::exp(outputs[row * 10 + i]);
    return std::exp(outputs[row * 10 + k]) / sum;
  };
  double loss = 0;
  std::size_t correct = 0;
  for (std::size_t row = 0; row < test.rows; ++row) {
    const auto mean = [&](std::size_t k) {
      return (probability(a, row, k) + probability(b, row, k)) / 2;
    };
    const auto label = static_cast<std::size_t>(test.labels[row]);
    loss -= std::log(mean(label)) / static_cast<double>(test.rows);
    std::size_t best = 0;
    for (std::size_t k = 1; k < 10; ++k) best = mean(k) > mean(best) ? k : best;
    correct += best == label ? 1 : 0;
  }
  EXPECT_NEAR(ensemble.test.value().loss, loss, 1e-5);
  EXPECT_EQ(ensemble.test->accuracy, static_cast<double>(correct) / static_cast<double>(test.rows));
  const DeviceRows on_host(*backend, test, backend::Place::host);
  EXPECT_EQ(evaluate(*backend, models, on_host).loss, ensemble.test->loss);
  EXPECT_EQ(evaluate(*backend, {models.data(), 1}, rows).loss,
            ensemble.members[0].test.value().loss);
}

TEST(Ensemble, EndsWithAMemberThatIsInterrupted) {
  const auto backend = backend::make_cpu_backend(1);
  std::atomic<bool> interrupted = false;
  Observer observer;
  observer.interrupted = &interrupted;
  observer.on_report = [&](const EpochMetrics& m) { interrupted = m.member == 1u; };
  const EnsembleOutcome ensemble = train_ensemble(committee_of(3), digits(), *backend, observer);
  ASSERT_EQ(ensemble.members.size(), 2u);
  EXPECT_EQ(ensemble.members[0].ending, Ending::all_epochs);
  EXPECT_EQ(ensemble.members[1].ending, Ending::interrupted);
}

}  // namespace
}  // namespace curb::train
