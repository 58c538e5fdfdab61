// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a run reports, against the same computed from its model and its rows, in double and straight
// from the definitions.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "host/train/class_weights.hpp"
#include "host/train/committee.hpp"
#include "host/train/device_rows.hpp"
#include "host/train/trainer.hpp"

namespace curb::train {
namespace {

using Doubles = std::vector<double>;

Doubles outputs_of(const Model& model, const data::Dataset& data, std::size_t row) {
  const auto first = data.features.begin() + static_cast<std::ptrdiff_t>(row * data.columns);
  Doubles x(first, first + static_cast<std::ptrdiff_t>(data.columns));
  for (const ModelLayer& layer : model.layers) {
    Doubles y(layer.fan_out);
    for (std::size_t i = 0; i < layer.fan_out; ++i) {
      double sum = layer.bias[i];
      for (std::size_t j = 0; j < layer.fan_in; ++j) {
        sum += double{layer.weight[i * layer.fan_in + j]} * x[j];
      }
      y[i] = layer.activation == backend::Activation::relu ? std::max(sum, 0.0) : sum;
    }
    x = y;
  }
  return x;
}

/// Weighted softmax cross-entropy, and how many labels have the largest output.
Evaluation recomputed(const Model& model, const data::Dataset& data) {
  double loss = 0.0;
  double correct = 0.0;
  for (std::size_t row = 0; row < data.rows; ++row) {
    const Doubles z = outputs_of(model, data, row);
    const auto label = static_cast<std::size_t>(data.labels[row]);
    double sum = 0.0;
    for (const double value : z) sum += std::exp(value);
    const double weight = model.class_weights.empty() ? 1.0 : double{model.class_weights[label]};
    loss += weight * (std::log(sum) - z[label]);
    correct += std::max_element(z.begin(), z.end()) - z.begin() == data.labels[row] ? 1.0 : 0.0;
  }
  const auto rows = static_cast<double>(data.rows);
  return {.loss = loss / rows, .accuracy = correct / rows};
}

double norm(const ModelLayer& layer, std::size_t first, std::size_t count, std::size_t stride) {
  double sum = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const double w = layer.weight[first + i * stride];
    sum += w * w;
  }
  return std::sqrt(sum);
}

LayerMetrics recomputed(const ModelLayer& layer) {
  LayerMetrics metrics;
  metrics.weights = layer.weight.size();
  for (const float w : layer.weight) metrics.zeros += w == 0.0f ? 1 : 0;
  metrics.fraction_zero = static_cast<double>(metrics.zeros) / static_cast<double>(metrics.weights);
  for (std::size_t i = 0; i < layer.fan_out; ++i) {
    const double length = norm(layer, i * layer.fan_in, layer.fan_in, 1);
    metrics.max_incoming_norm = std::max(metrics.max_incoming_norm, length);
    metrics.dead_neurons += length == 0.0 ? 1 : 0;
  }
  for (std::size_t j = 0; j < layer.fan_in; ++j) {
    metrics.unused_inputs += norm(layer, j, layer.fan_out, layer.fan_in) == 0.0 ? 1 : 0;
  }
  return metrics;
}

void expect_same(const Evaluation& reported, const Evaluation& expected) {
  EXPECT_NEAR(reported.loss, expected.loss, 1e-6 * expected.loss);
  EXPECT_DOUBLE_EQ(*reported.accuracy, *expected.accuracy);
}

void expect_same(const std::vector<LayerMetrics>& reported, const Model& model) {
  ASSERT_EQ(reported.size(), model.layers.size());
  for (std::size_t i = 0; i < reported.size(); ++i) {
    const LayerMetrics expected = recomputed(model.layers[i]);
    EXPECT_EQ(reported[i].weights, expected.weights);
    EXPECT_EQ(reported[i].zeros, expected.zeros);
    EXPECT_DOUBLE_EQ(reported[i].fraction_zero, expected.fraction_zero);
    EXPECT_NEAR(reported[i].max_incoming_norm, expected.max_incoming_norm, 1e-12);
    EXPECT_EQ(reported[i].dead_neurons, expected.dead_neurons);
    EXPECT_EQ(reported[i].unused_inputs, expected.unused_inputs);
  }
}

struct Recorded {
  Outcome outcome;
  std::vector<EpochMetrics> reports;
};

Recorded run(Settings settings, const data::DataSets& data) {
  resolve(settings);
  Recorded result;
  const Observer observer{.on_step = {}, .on_report = [&result](const EpochMetrics& metrics) {
                            result.reports.push_back(metrics);
                          }};
  result.outcome = train(settings, data, *backend::make_cpu_backend(1), observer);
  return result;
}

Settings penalised_settings() {
  Settings settings;
  settings.data = "digits";
  settings.data_options.validation = "0.25";
  settings.hidden = {24};
  settings.epochs = 8;
  settings.update.l1 = 2e-3f;
  settings.update.l1_schedule = {.kind = ScheduleKind::linear, .end = 4e-3};
  settings.update.l2 = 1e-3f;
  settings.update.group_lasso = 2e-3f;
  settings.update.max_norm = 1.25f;
  settings.class_weights = ClassWeights{.values = {1, 2, 0.5f, 1, 1, 3, 1, 0.25f, 1, 1}};
  settings.hidden_dropout = 0.1f;  // no evaluation may know of it
  settings.random_shift = 0.5f;    // nor of this
  return settings;
}

TEST(RecomputedMetrics, AreThoseOfTheModelAndItsRows) {
  const Settings settings = penalised_settings();
  const data::DataSets data = data::open_data(settings.data, settings.data_options);
  const Recorded result = run(settings, data);
  const Outcome& outcome = result.outcome;
  const EpochMetrics& last = result.reports.back();
  const Model& model = outcome.model;

  expect_same(outcome.train, recomputed(model, data.train));
  expect_same(*outcome.validation, recomputed(model, *data.validation));
  expect_same(*outcome.test, recomputed(model, *data.test));
  expect_same(*last.validation, recomputed(model, *data.validation));
  expect_same(*last.test, recomputed(model, *data.test));
  expect_same(outcome.layers, model);
  expect_same(last.layers, model);
  EXPECT_GT(outcome.layers[0].zeros, 100u);
  EXPECT_GT(outcome.layers[0].unused_inputs, 0u);

  const auto backend = backend::make_cpu_backend(1);
  const std::vector<Model> twins{model, model};  // a committee that is of one mind
  expect_same(evaluate(*backend, twins, DeviceRows(*backend, data.train)),
              recomputed(model, data.train));

  const double steps = static_cast<double>(outcome.steps);
  const double l1 = static_cast<float>(2e-3f + (4e-3 - double{2e-3f}) * (steps - 1) / steps);
  double penalty = 0.0;
  for (const ModelLayer& layer : model.layers) {
    for (const float w : layer.weight) {
      penalty += l1 * std::fabs(double{w}) + double{1e-3f} / 2.0 * w * w;
    }
    for (std::size_t i = 0; i < layer.fan_out; ++i) {
      penalty += double{2e-3f} * std::sqrt(static_cast<double>(layer.fan_in)) *
                 norm(layer, i * layer.fan_in, layer.fan_in, 1);
    }
  }
  EXPECT_NEAR(outcome.penalty, penalty, 1e-6 * penalty);
  EXPECT_EQ(last.penalty, outcome.penalty);
  EXPECT_EQ(last.step, 8u * 32u);  // 1,010 rows in batches of 32
  EXPECT_EQ(last.epoch, 8);
}

// Under full batches an epoch's loss is that of the weights at its beginning.
TEST(RecomputedMetrics, DataLossIsThatBeforeTheUpdate) {
  Settings settings = penalised_settings();
  settings.hidden_dropout = 0.0f;
  settings.random_shift = 0.0f;
  settings.batch = 0;
  settings.epochs = 3;
  const data::DataSets data = data::open_data(settings.data, settings.data_options);
  const Model before = run(settings, data).outcome.model;
  settings.update.l1_schedule.over = Span{3.0};  // as in the shorter run
  settings.epochs = 4;
  const EpochMetrics fourth = run(settings, data).reports.back();
  EXPECT_NEAR(fourth.data_loss, recomputed(before, data.train).loss, 1e-6);
}

/// A class of weight 2 is a class whose rows are there twice: the sum of the losses is the same,
/// and the means differ by the number of rows alone.
TEST(ClassWeights, AreRowsThatAreRepeated) {
  Settings settings;
  settings.data = "digits";
  settings.hidden = {12};
  settings.optimizer = Optimizer::sgd;
  settings.batch = 0;
  settings.epochs = 40;
  settings.metrics_every = 40;
  settings.update.learning_rate = 0.25f;
  const data::DataSets data = data::open_data("digits", {});
  data::DataSets repeated = data;
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < data.train.rows; ++row) {
    rows.push_back(row);
    if (data.train.labels[row] == 3) rows.push_back(row);
  }
  repeated.train = data::take_rows(data.train, rows);
  const double ratio = static_cast<double>(rows.size()) / static_cast<double>(data.train.rows);
  Settings weighted = settings;
  weighted.class_weights = ClassWeights{.values = {1, 1, 1, 2, 1, 1, 1, 1, 1, 1}};
  settings.update.learning_rate = static_cast<float>(0.25 * ratio);

  const Outcome expected = run(settings, repeated).outcome;
  const Outcome outcome = run(weighted, data).outcome;
  EXPECT_NEAR(outcome.train.loss, ratio * expected.train.loss, 1e-5);
  EXPECT_GT(*outcome.test->accuracy, 0.4);  // it has learnt something
  for (std::size_t i = 0; i < outcome.model.layers.size(); ++i) {
    for (std::size_t k = 0; k < outcome.model.layers[i].weight.size(); ++k) {
      ASSERT_NEAR(outcome.model.layers[i].weight[k], expected.model.layers[i].weight[k], 1e-5);
    }
  }
}

TEST(ClassWeights, BalancedOnesMakeEveryClassCountTheSame) {
  Settings settings;
  settings.class_weights = ClassWeights{.balanced = true};
  data::Dataset data;
  data.schema.class_names = {"a", "b", "c"};
  data.labels = {0, 1, 1, 1, 2, 2};
  data.rows = 6;
  EXPECT_EQ(class_weights(settings, data), (std::vector<float>{2.0f, 2.0f / 3.0f, 1.0f}));
  data.labels = {0, 1, 1, 1, 0, 0};
  try {
    class_weights(settings, data);
    ADD_FAILURE() << "nothing was refused";
  } catch (const SettingError& error) {
    EXPECT_STREQ(error.what(), "cannot be balanced: there is no training row of class \"c\"");
  }
  settings.class_weights = ClassWeights{.values = {1, 2}};
  EXPECT_THROW(class_weights(settings, data), SettingError);
}

}  // namespace
}  // namespace curb::train
