// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The loop: every way a run ends, what is kept then, and which rows decide.
#include "host/train/trainer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "host/data/digits.hpp"
#include "host/train/network_setup.hpp"
#include "host/train/passes.hpp"
#include "host/train/schedule_text.hpp"

namespace curb::train {
namespace {

using Floats = std::vector<float>;

Settings digits_settings() {
  Settings settings;
  settings.data = "digits";
  settings.hidden = {16};
  settings.epochs = 3;
  return settings;
}

const data::DataSets& digits() {
  static const data::DataSets kSets = [] {
    data::DataOptions options;
    options.validation = "0.25";
    return data::open_data("digits", options);
  }();
  return kSets;
}

struct Recorded {
  Outcome outcome;
  std::vector<EpochMetrics> reports;
};

Recorded run(Settings settings, const data::DataSets& data, Observer observer = {}) {
  settings.data_options.validation = data.validation ? "0.25" : "";
  settings.data_options.task = data.train.schema.task;
  resolve(settings);
  Recorded result;
  observer.on_report = [&result](const EpochMetrics& metrics) {
    result.reports.push_back(metrics);
  };
  const auto backend = backend::make_cpu_backend(1);
  result.outcome = train(settings, data, *backend, observer);
  return result;
}

bool same_weights(const Model& a, const Model& b) {
  return std::equal(a.layers.begin(), a.layers.end(), b.layers.begin(), b.layers.end(),
                    [](const ModelLayer& x, const ModelLayer& y) {
                      return x.weight == y.weight && x.bias == y.bias;
                    });
}

TEST(Trainer, LearnsAndReports) {
  const Recorded result = run(digits_settings(), digits());
  EXPECT_EQ(result.outcome.ending, Ending::all_epochs);
  EXPECT_EQ(result.outcome.kept_epoch, 3);
  EXPECT_EQ(result.outcome.steps, 3u * 32u);  // 1,010 rows in batches of 32
  ASSERT_EQ(result.reports.size(), 3u);
  EXPECT_EQ(result.reports[2].epoch, 3);
  EXPECT_LT(result.reports[2].data_loss, 0.5 * result.reports[0].data_loss);
  EXPECT_GT(*result.outcome.test->accuracy, 0.7);
  EXPECT_EQ(result.outcome.test->loss, result.reports[2].test->loss);
  EXPECT_GT(result.reports[2].samples_per_second, 0.0);
}

TEST(Trainer, TheSeedDecidesEveryBit) {
  Settings settings = digits_settings();
  settings.epochs = 2;
  settings.hidden_dropout = 0.2f;
  settings.input_noise = 0.1f;
  const Recorded first = run(settings, digits());
  EXPECT_TRUE(same_weights(first.outcome.model, run(settings, digits()).outcome.model));
  settings.seed = 2;
  EXPECT_FALSE(same_weights(first.outcome.model, run(settings, digits()).outcome.model));
}

TEST(Trainer, TestRowsDecideNothing) {
  data::DataSets other = digits();
  other.test = data::take_rows(*other.test, std::vector<std::size_t>{0, 1, 2});
  data::DataSets none = digits();
  none.test.reset();
  Settings settings = digits_settings();
  settings.patience = 1;
  const Recorded with = run(settings, digits());
  EXPECT_TRUE(same_weights(with.outcome.model, run(settings, other).outcome.model));
  EXPECT_TRUE(same_weights(with.outcome.model, run(settings, none).outcome.model));
}

// With steps too small to change a weight, the losses of an epoch's batches add up to the loss of
// the data set: every row was used once.
TEST(Trainer, AnEpochUsesEveryRowOnce) {
  Settings settings = digits_settings();
  settings.update.learning_rate = 1e-30f;
  settings.batch = 100;
  settings.epochs = 2;
  const Recorded result = run(settings, digits());
  EXPECT_NEAR(result.reports[0].data_loss, result.outcome.train.loss, 1e-9);
  EXPECT_NEAR(result.reports[1].data_loss, result.outcome.train.loss, 1e-9);
}

TEST(Trainer, ABatchOfAllRowsNeedsNoOrder) {
  Settings settings = digits_settings();
  settings.batch = 0;
  const Recorded all = run(settings, digits());
  EXPECT_EQ(all.outcome.steps, 3u);
  settings.batch = 1 << 20;
  EXPECT_TRUE(same_weights(all.outcome.model, run(settings, digits()).outcome.model));
}

TEST(Trainer, ReportsAsOftenAsAskedAndAtTheEnd) {
  Settings settings = digits_settings();
  settings.epochs = 7;
  settings.metrics_every = 3;
  const Recorded result = run(settings, digits());
  ASSERT_EQ(result.reports.size(), 3u);
  EXPECT_EQ(result.reports[0].epoch, 3);
  EXPECT_EQ(result.reports[1].epoch, 6);
  EXPECT_EQ(result.reports[2].epoch, 7);
}

TEST(Trainer, EarlyStoppingRestoresTheBestWeights) {
  Settings settings = digits_settings();
  settings.update.learning_rate = 0.3f;  // rough enough for the validation loss to rise
  settings.epochs = 50;
  settings.patience = 2;
  const Recorded result = run(settings, digits());
  ASSERT_EQ(result.outcome.ending, Ending::patience);
  const auto best = std::min_element(
      result.reports.begin(), result.reports.end(),
      [](const auto& a, const auto& b) { return a.validation->loss < b.validation->loss; });
  EXPECT_EQ(result.outcome.kept_epoch, best->epoch);
  EXPECT_EQ(result.outcome.epochs, best->epoch + 2);
  EXPECT_EQ(result.outcome.validation->loss, best->validation->loss);
  EXPECT_EQ(result.outcome.penalty, best->penalty);
}

TEST(Trainer, WithoutPatienceTheLastWeightsAreKept) {
  Settings settings = digits_settings();
  settings.update.learning_rate = 0.3f;
  settings.epochs = 6;
  const Recorded result = run(settings, digits());
  EXPECT_EQ(result.outcome.kept_epoch, 6);
  EXPECT_EQ(result.outcome.validation->loss, result.reports.back().validation->loss);
}

TEST(Trainer, DivergenceKeepsTheLastGoodWeights) {
  Settings settings = digits_settings();
  settings.activation = backend::Activation::identity;
  settings.loss = backend::Loss::quadratic;
  settings.update.learning_rate = 0.5f;
  settings.epochs = 20;
  const Recorded result = run(settings, digits());
  ASSERT_EQ(result.outcome.ending, Ending::diverged);
  EXPECT_EQ(result.outcome.kept_epoch, result.outcome.epochs - 1);
  EXPECT_TRUE(std::isfinite(result.outcome.train.loss));
  for (const ModelLayer& layer : result.outcome.model.layers) {
    EXPECT_TRUE(std::all_of(layer.weight.begin(), layer.weight.end(),
                            [](float w) { return std::isfinite(w); }));
  }
}

TEST(Trainer, AnInterruptedRunFinishesItsStep) {
  std::atomic<bool> interrupted = false;
  Observer observer;
  observer.interrupted = &interrupted;
  observer.on_step = [&interrupted](const Position& position) {
    if (position.epoch == 2 && position.step == 5) interrupted = true;
  };
  const Recorded result = run(digits_settings(), digits(), observer);
  EXPECT_EQ(result.outcome.ending, Ending::interrupted);
  EXPECT_EQ(result.outcome.steps, 32u + 5u);
  EXPECT_EQ(result.reports.size(), 2u);
  EXPECT_EQ(result.outcome.kept_epoch, 2);
}

TEST(Trainer, LayersHaveTheirOwnRegularisation) {
  Settings settings = digits_settings();
  settings.layers = {{0, "l1", "10"}, {1, "max_norm", "0.5"}};
  const Recorded result = run(settings, digits());
  EXPECT_EQ(result.outcome.layers[0].zeros, result.outcome.layers[0].weights);
  EXPECT_EQ(result.outcome.layers[0].dead_neurons, 16u);
  EXPECT_EQ(result.outcome.layers[1].zeros, 0u);
  EXPECT_LE(result.outcome.layers[1].max_incoming_norm, 0.5);
}

TEST(Trainer, OnlyTheProximalStepLeavesZeros) {
  Settings settings = digits_settings();
  settings.update.l1 = 1e-3f;
  settings.batch = 0;
  settings.epochs = 500;
  settings.metrics_every = 500;
  const LayerMetrics prox = run(settings, digits()).outcome.layers[0];
  settings.update.l1_mode = L1Mode::sign;
  const LayerMetrics sign = run(settings, digits()).outcome.layers[0];
  EXPECT_GT(prox.fraction_zero, 0.3);
  EXPECT_LT(sign.fraction_zero, 0.01);
}

/// The distance between the parameters of two models.
double distance(const Model& a, const Model& b) {
  double sum = 0.0;
  const auto add = [&sum](const Floats& x, const Floats& y) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double difference = static_cast<double>(x[i]) - static_cast<double>(y[i]);
      sum += difference * difference;
    }
  };
  for (std::size_t i = 0; i < a.layers.size(); ++i) {
    add(a.layers[i].weight, b.layers[i].weight);
    add(a.layers[i].bias, b.layers[i].bias);
  }
  return std::sqrt(sum);
}

TEST(Trainer, ClipsTheGradientOfAllLayersTogether) {
  Settings settings = digits_settings();
  settings.optimizer = Optimizer::sgd;
  settings.batch = 0;
  settings.epochs = 1;
  settings.update.learning_rate = 1e-30f;
  const Model initial = run(settings, digits()).outcome.model;
  settings.update.learning_rate = 0.5f;
  const double free = distance(run(settings, digits()).outcome.model, initial);
  settings.clip_norm = 0.25f;
  const Recorded clipped = run(settings, digits());
  EXPECT_GT(free, 0.2);
  EXPECT_NEAR(distance(clipped.outcome.model, initial), 0.5 * 0.25, 1e-6);
  EXPECT_NEAR(*clipped.reports[0].gradient_norm, free / 0.5, 1e-5);
  settings.clip_norm = 1e6f;
  EXPECT_NEAR(distance(run(settings, digits()).outcome.model, initial), free, 1e-6);
}

TEST(Trainer, KeepsAndEvaluatesTheMovingAverage) {
  Settings settings = digits_settings();
  settings.ema_decay = 0.75f;
  settings.epochs = 1;
  settings.batch = 300;  // four steps
  settings.update.l1 = 1e-3f;
  settings.checkpoint_minutes = 1e-9;  // after every step
  std::vector<float> average;
  Observer observer;
  observer.on_checkpoint = [&average](const Checkpoint& checkpoint) {
    if (average.empty()) average = checkpoint.progress.latest.parameters;
    for (std::size_t i = 0; i < average.size(); ++i) {
      average[i] += 0.25f * (checkpoint.parameters[i] - average[i]);
    }
  };
  const Recorded result = run(settings, digits(), observer);
  ASSERT_EQ(result.outcome.steps, 4u);

  const auto backend = backend::make_cpu_backend(1);
  nn::Network network = make_network(*backend, result.outcome.model, 1024);
  const std::vector<float> kept = network.parameters().download();
  ASSERT_EQ(kept.size(), average.size());
  for (std::size_t i = 0; i < kept.size(); ++i) EXPECT_NEAR(kept[i], average[i], 1e-7f) << i;
  EXPECT_EQ(result.reports.back().test->loss,
            evaluate(*backend, network, DeviceRows(*backend, *digits().test)).loss);
  EXPECT_EQ(result.outcome.test->loss, result.reports.back().test->loss);
  settings.ema_decay = 0.0f;
  EXPECT_FALSE(same_weights(result.outcome.model, run(settings, digits()).outcome.model));
}

TEST(Trainer, OptimiserSettingsReachTheUpdate) {
  Settings settings = digits_settings();
  settings.epochs = 2;
  for (const auto& [optimizer, setting] : {std::pair{Optimizer::adam, &UpdateSettings::beta1},
                                           {Optimizer::adam, &UpdateSettings::beta2},
                                           {Optimizer::adam, &UpdateSettings::epsilon},
                                           {Optimizer::rmsprop, &UpdateSettings::beta2},
                                           {Optimizer::rmsprop, &UpdateSettings::epsilon},
                                           {Optimizer::adagrad, &UpdateSettings::epsilon}}) {
    settings.optimizer = optimizer;
    settings.update = {};
    const Recorded usual = run(settings, digits());
    EXPECT_LT(usual.reports[1].data_loss, usual.reports[0].data_loss);
    settings.update.*setting = 0.5f;
    EXPECT_FALSE(same_weights(run(settings, digits()).outcome.model, usual.outcome.model));
  }
}

TEST(Trainer, MovesImagesInTrainingAlone) {
  Settings settings = digits_settings();
  settings.epochs = 1;
  const Model still = run(settings, digits()).outcome.model;
  settings.random_shift = 1.0f;
  const Recorded shifted = run(settings, digits());
  EXPECT_FALSE(same_weights(shifted.outcome.model, still));
  EXPECT_TRUE(same_weights(shifted.outcome.model, run(settings, digits()).outcome.model));
  settings.random_shift = 0.0f;
  settings.random_rotation = 20.0f;
  EXPECT_FALSE(same_weights(run(settings, digits()).outcome.model, still));

  settings.image = backend::ImageShape{4, 16};
  EXPECT_FALSE(same_weights(run(settings, digits()).outcome.model, still));
  settings.image = backend::ImageShape{4, 15};
  EXPECT_THROW(run(settings, digits()), SettingError);
  settings.image.reset();
  data::DataSets unknown = digits();
  unknown.train.image.clear();
  EXPECT_THROW(run(settings, unknown), SettingError);
}

TEST(Trainer, AScheduleBeginsAtItsStep) {
  Settings settings = digits_settings();
  settings.epochs = 2;  // of 32 steps
  const Model without = run(settings, digits()).outcome.model;
  settings.update.l1 = 1e-2f;
  settings.update.l1_schedule = parse_schedule("l1_schedule", makers::kNotNegative, "from=2ep");
  EXPECT_TRUE(same_weights(run(settings, digits()).outcome.model, without));

  settings.update.l1_schedule.from = {.amount = 63.0};
  const Recorded last_step = run(settings, digits());
  EXPECT_FALSE(same_weights(last_step.outcome.model, without));
  EXPECT_EQ(last_step.reports[0].penalty, 0.0);
  EXPECT_GT(last_step.reports[1].penalty, 0.0);
  EXPECT_EQ(last_step.reports[0].layers[0].zeros, 0u);
  EXPECT_GT(last_step.reports[1].layers[0].zeros, 0u);
}

TEST(Trainer, ReportsTheLearningRateOfTheLastUpdate) {
  Settings settings = digits_settings();
  settings.update.learning_rate = 0.1f;
  settings.update.learning_rate_schedule = {.kind = ScheduleKind::linear, .end = 0.05};
  const Recorded result = run(settings, digits());
  for (int epoch = 1; epoch <= 3; ++epoch) {
    EXPECT_NEAR(result.reports[static_cast<std::size_t>(epoch - 1)].learning_rate,
                0.1 - 0.05 * (32 * epoch - 1) / 96, 1e-8);
  }
}

TEST(Trainer, ObserversErrorsEndTheRun) {
  Observer observer;
  observer.on_step = [](const Position&) { throw std::runtime_error("the disk is full"); };
  EXPECT_THROW(run(digits_settings(), digits(), observer), std::runtime_error);
}

data::DataSets table(data::Task task, std::vector<std::string> targets) {
  data::DataSets sets;
  sets.train.schema = {
      .task = task, .feature_names = {"x"}, .target_names = std::move(targets), .class_names = {}};
  sets.train.rows = 4;
  sets.train.columns = 1;
  sets.train.features = {-2, -1, 1, 2};
  return sets;
}

TEST(Trainer, FitsSeveralNumbersAtOnce) {
  data::DataSets sets = table(data::Task::regression, {"y", "z"});
  sets.train.targets = {-3, 5, -1, 4, 3, 2, 5, 1};  // y = 2 x + 1, z = -x + 3
  Settings settings = digits_settings();
  settings.hidden = {};
  settings.batch = 3;
  settings.epochs = 300;
  const Outcome outcome = run(settings, sets).outcome;
  EXPECT_NEAR(outcome.model.layers[0].weight[0], 2.0f, 1e-3);
  EXPECT_NEAR(outcome.model.layers[0].weight[1], -1.0f, 1e-3);
  EXPECT_NEAR(outcome.model.layers[0].bias[0], 1.0f, 1e-3);
  EXPECT_NEAR(outcome.model.layers[0].bias[1], 3.0f, 1e-3);
  EXPECT_FALSE(outcome.train.accuracy);
}

TEST(Trainer, LearnsIndependentLabels) {
  data::DataSets sets = table(data::Task::multilabel, {"positive", "large"});
  sets.train.targets = {0, 0, 0, 0, 1, 0, 1, 1};
  Settings settings = digits_settings();
  settings.hidden = {};
  settings.batch = 0;
  settings.update.learning_rate = 1.0f;
  settings.epochs = 300;
  EXPECT_EQ(run(settings, sets).outcome.train.accuracy, 1.0);
}

}  // namespace
}  // namespace curb::train
