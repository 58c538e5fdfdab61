// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Runs that stop and go on: to the same bits, and only where they belong.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "host/train/checkpoint_file.hpp"
#include "host/train/config.hpp"
#include "tests/host/data/data_error.hpp"
#include "tests/host/train/killed_training.hpp"
#include "tests/host/train/small_checkpoint.hpp"

namespace curb::train {
namespace {

using testing::data_error;
using testing::KilledTraining;
using testing::small_data;

std::unique_ptr<backend::Backend> cpu() { return backend::make_cpu_backend(1); }

class Resume : public ::testing::TestWithParam<KilledTraining> {};

TEST_P(Resume, TwentyKillsChangeNoBit) {
  testing::expect_kills_change_no_bit(GetParam().settings, 20, cpu);
}

INSTANTIATE_TEST_SUITE_P(Trainings, Resume, ::testing::ValuesIn(testing::killed_trainings()),
                         [](const auto& of) { return std::string(of.param.name); });

const Settings& usual() {
  static const Settings kSettings = testing::killed_trainings().front().settings;
  return kSettings;
}

/// All checkpoints of a run.
std::vector<Checkpoint> checkpoints_of(const Settings& settings, Observer observer = {}) {
  std::vector<Checkpoint> result;
  observer.on_checkpoint = [&](Checkpoint c) { result.push_back(std::move(c)); };
  train(settings, small_data(), *cpu(), observer);
  return result;
}

TEST(Checkpoints, AreMadeAsOftenAsAskedAndAtTheEnd) {
  Settings settings = testing::killed_trainings()[1].settings;
  settings.checkpoint_minutes = 0.0;
  settings.checkpoint_every = 4;
  std::vector<std::int64_t> epochs;
  for (const Checkpoint& c : checkpoints_of(settings)) {
    epochs.push_back(c.progress.epoch);
    EXPECT_EQ(c.count.position, 0);
    EXPECT_EQ(c.progress.latest.epoch, c.progress.epoch - 1);
  }
  EXPECT_EQ(epochs, (std::vector<std::int64_t>{5, 7}));

  settings.checkpoint_every = 0;
  EXPECT_TRUE(checkpoints_of(settings).empty());
  settings.checkpoint_minutes = 1e-9;
  EXPECT_EQ(checkpoints_of(settings).size(), 30u);
}

TEST(Checkpoints, AnInterruptedRunLeavesOneOfItsLastStep) {
  Settings settings = usual();
  settings.checkpoint_minutes = 0.0;
  std::atomic<bool> interrupted = false;
  const Observer observer{.on_step =
                              [&](const Position& position) {
                                interrupted = position.epoch == 2 && position.step == 3;
                              },
                          .interrupted = &interrupted};
  const std::vector<Checkpoint> made = checkpoints_of(settings, observer);
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0].progress.epoch, 2);
  EXPECT_EQ(made[0].count.steps, 5u + 3u);
  EXPECT_EQ(made[0].count.position, 3 * 8);
  EXPECT_EQ(made[0].progress.latest.epoch, 1);  // of before the report on a part of the second
}

TEST(Checkpoints, WeightsThatAreNotFiniteAreNoneToGoOnFrom) {
  Settings settings = usual();
  settings.update.learning_rate = 1e18f;
  settings.update.max_norm = rules::kInfinity;
  settings.activation = backend::Activation::identity;
  for (const Checkpoint& c : checkpoints_of(settings)) {
    EXPECT_TRUE(std::all_of(c.parameters.begin(), c.parameters.end(),
                            [](float x) { return std::isfinite(x); }));
  }
}

// At the end of all epochs as well: more epochs go on as if they had been asked for at first.
TEST(Checkpoints, EpochsMayBeAdded) {
  Settings settings = testing::killed_trainings()[1].settings;
  settings.checkpoint_minutes = 0.0;
  settings.checkpoint_every = 6;
  const Checkpoint end = checkpoints_of(settings).back();
  settings.epochs = 9;
  const Outcome whole = train(settings, small_data(), *cpu());
  const Outcome added = train(settings, small_data(), *cpu(), {}, &end);
  EXPECT_EQ(added.steps, whole.steps);
  EXPECT_EQ(added.kept_epoch, 9);
  for (std::size_t i = 0; i < whole.model.layers.size(); ++i) {
    EXPECT_EQ(added.model.layers[i].weight, whole.model.layers[i].weight);
    EXPECT_EQ(added.model.layers[i].bias, whole.model.layers[i].bias);
  }
}

TEST(Checkpoints, EpochsMayNotBeAddedToAScheduleOfTheirNumber) {
  Settings run = usual();
  run.epochs = 10;
  Settings longer = run;
  longer.epochs = 20;
  EXPECT_TRUE(refused_changes(run, longer).empty());
  for (const char* by_epochs : {"cosine", "linear", "step:every=10%,factor=0.5", "from=5%"}) {
    assign(run, "learning_rate_schedule", by_epochs);
    assign(longer, "learning_rate_schedule", by_epochs);
    EXPECT_EQ(refused_changes(run, longer), std::vector<std::string>{"epochs"}) << by_epochs;
  }
  for (const char* by_itself : {"cosine:over=5ep", "step:every=2ep,factor=0.5", "warmup=10"}) {
    assign(run, "learning_rate_schedule", by_itself);
    assign(longer, "learning_rate_schedule", by_itself);
    EXPECT_TRUE(refused_changes(run, longer).empty()) << by_itself;
  }
}

class Foreign : public ::testing::Test {
 protected:
  std::string refusal(const Settings& settings, const data::DataSets& data) {
    return data_error([&] { train(settings, data, *cpu(), {}, &checkpoint_); });
  }

  Checkpoint checkpoint_ = [] {
    Checkpoint c = checkpoints_of(usual()).front();
    c.source = "runs/a/checkpoint";
    return c;
  }();
};

TEST_F(Foreign, OtherSettingsAreRefusedByName) {
  Settings other = usual();
  other.update.l1 = 2e-3f;
  EXPECT_EQ(refusal(other, small_data()),
            "runs/a/checkpoint: of a run with another l1 than config.toml has by now");
  other = usual();
  other.hidden = {7};
  EXPECT_EQ(refusal(other, small_data()),
            "runs/a/checkpoint: of a run with another hidden than config.toml has by now");
  other = usual();
  add_layer_override(other, 1, "l1", "0.5");
  EXPECT_EQ(refusal(other, small_data()),
            "runs/a/checkpoint: of a run with another layer than config.toml has by now");
}

TEST_F(Foreign, OtherDataAreRefusedWhereverTheyDiffer) {
  const std::string message =
      "runs/a/checkpoint: of a run on other data; the rows or columns have changed since";
  const auto expect_refused = [&](const auto& change) {
    data::DataSets other = small_data();
    change(other);
    EXPECT_EQ(refusal(usual(), other), message);
  };
  expect_refused([](data::DataSets& d) { d.train.features[5] += 1e-6f; });
  expect_refused([](data::DataSets& d) { d.train.labels[5] = (d.train.labels[5] + 1) % 3; });
  expect_refused([](data::DataSets& d) { d.train.schema.class_names[0] = "w"; });
  expect_refused([](data::DataSets& d) { d.validation->features[0] += 1e-6f; });
  expect_refused([](data::DataSets& d) { d.test.reset(); });
  expect_refused([](data::DataSets& d) { std::swap(d.validation, d.test); });
  expect_refused([](data::DataSets& d) {
    d.standardisation = {std::vector<float>(7, 0.0f), std::vector<float>(7, 1.0f)};
  });
}

TEST_F(Foreign, AnotherNetworkIsRefused) {
  checkpoint_.parameters.pop_back();
  EXPECT_EQ(refusal(usual(), small_data()),
            "runs/a/checkpoint: of a run of another network or optimizer");
  checkpoint_ = testing::small_checkpoint();
  checkpoint_.configuration = to_toml(usual());
  checkpoint_.data_fingerprint = fingerprint(small_data());
  EXPECT_EQ(refusal(usual(), small_data()), ": of a run of another network or optimizer");
}

TEST_F(Foreign, TuningThatTheBackendDoesNotUnderstandIsRefused) {
  checkpoint_.tuning = "an algorithm";
  EXPECT_EQ(refusal(usual(), small_data()),
            "runs/a/checkpoint: what was tuned for the device: it is of another device than the "
            "CPU");
  checkpoint_.backend = "an abacus";  // then it is not asked
  EXPECT_NO_THROW(train(usual(), small_data(), *cpu(), {}, &checkpoint_));
}

TEST_F(Foreign, AnotherBackendIsTold) {
  EXPECT_NO_THROW(require_same_backend(checkpoint_, *cpu()));
  const auto other = backend::make_cpu_backend(2);
  EXPECT_EQ(data_error([&] { require_same_backend(checkpoint_, *other); }),
            "runs/a/checkpoint: made on \"" + cpu()->signature() + "\", and this is \"" +
                other->signature() + "\": the run would not go on bit for bit");
}

}  // namespace
}  // namespace curb::train
