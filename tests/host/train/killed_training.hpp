// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Training runs that are killed after any step and go on from what is on the disk, with a backend,
// a network and a plan of their own each time.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "host/data/file.hpp"
#include "host/train/config.hpp"
#include "host/train/run_folder.hpp"
#include "host/train/trainer.hpp"
#include "tests/host/backend/values.hpp"
#include "tests/host/data/temporary_directory.hpp"

namespace curb::testing {

struct KilledTraining {
  const char* name;
  train::Settings settings;
};

inline void PrintTo(const KilledTraining& training, std::ostream* out) { *out << training.name; }

/// Every optimiser, every coefficient that has a filter, all that is drawn at random, both ways to
/// stop early; six epochs of five steps, the last of them short.
inline std::vector<KilledTraining> killed_trainings() {
  train::Settings usual;
  usual.data = "random";
  usual.data_options.validation = "0.25";
  usual.hidden = {6};
  usual.batch = 8;
  usual.epochs = 6;
  usual.update.l1 = 1e-3f;
  usual.checkpoint_minutes = 1e-9;  // after every step

  KilledTraining momentum{"momentum", usual};
  momentum.settings.patience = 2;
  momentum.settings.update.learning_rate = 0.3f;  // rough: the best weights are not the last
  momentum.settings.update.l2 = 1e-2f;
  momentum.settings.update.l2_mode = L2Mode::prox;
  momentum.settings.update.max_norm = 1.0f;
  momentum.settings.clip_norm = 0.5f;
  assign(momentum.settings, "learning_rate_schedule", "step:every=9,factor=0.5,warmup=3");
  assign(momentum.settings, "l1_schedule", "from=7");
  momentum.settings.input_noise = 0.1f;
  momentum.settings.input_dropout = 0.1f;
  momentum.settings.hidden_dropout = 0.2f;

  KilledTraining adam{"adam", usual};
  adam.settings.optimizer = train::Optimizer::adam;
  adam.settings.update.group_lasso = 1e-2f;
  adam.settings.layers = {{1, "l1", "0.01"}};
  adam.settings.ema_decay = 0.9f;

  KilledTraining nesterov{"nesterov", usual};
  nesterov.settings.optimizer = train::Optimizer::nesterov;
  nesterov.settings.update.group_lasso = 1e-2f;
  nesterov.settings.tolerance = 1e-9;
  nesterov.settings.metrics_every = 4;  // 4 and, as the last, 6

  KilledTraining cumulative{"cumulative", usual};
  cumulative.settings.optimizer = train::Optimizer::sgd;
  cumulative.settings.update.l1_mode = L1Mode::cumulative;
  cumulative.settings.hidden_dropout = 0.2f;

  KilledTraining full{"full_batch", usual};
  full.settings.batch = 0;
  full.settings.epochs = 30;
  full.settings.optimizer = train::Optimizer::adagrad;

  KilledTraining rmsprop{"rmsprop", usual};
  rmsprop.settings.optimizer = train::Optimizer::rmsprop;
  rmsprop.settings.update.l2 = 1e-2f;
  rmsprop.settings.update.l2_mode = L2Mode::prox;

  std::vector<KilledTraining> all{momentum, adam, nesterov, cumulative, full, rmsprop};
  for (KilledTraining& training : all) resolve(training.settings);
  return all;
}

inline data::DataSets small_data() {
  const auto rows = [](std::size_t count, unsigned seed) {
    data::Dataset part;
    part.schema = {.task = data::Task::classification,
                   .feature_names = {"a", "b", "c", "d", "e", "f", "g"},
                   .target_names = {"kind"},
                   .class_names = {"x", "y", "z"}};
    part.rows = count;
    part.columns = part.schema.feature_names.size();
    part.features = random_values(part.rows * part.columns, seed);
    part.labels = random_labels(part.rows, 3, seed + 1);
    return part;
  };
  return {
      .train = rows(37, 1), .validation = rows(12, 3), .test = rows(5, 5), .standardisation = {}};
}

/// Goes on with the run in `folder`, or begins it, and dies after asking for its `last_step`-th
/// step, if it gets that far. Whether it did not.
inline bool train_until_killed(const std::string& folder, const train::Settings& settings,
                               const data::DataSets& data, backend::Backend& on,
                               std::uint64_t last_step) {
  struct Killed : std::exception {};
  std::optional<train::Checkpoint> checkpoint;
  std::optional<train::RunFolder> run;
  if (std::filesystem::exists(folder + "/checkpoint")) {
    checkpoint = train::load_last_checkpoint(folder);
    run.emplace(folder, settings, *checkpoint);
  } else {
    std::filesystem::remove_all(folder);
    run.emplace(folder, settings);
  }
  const train::Observer observer{
      .on_step =
          [&](const train::Position&) {
            if (last_step-- == 1) throw Killed();
          },
      .on_report = [&](const train::EpochMetrics& metrics) { run->append(metrics); },
      .on_checkpoint = [&](train::Checkpoint c) { run->save(std::move(c)); }};
  try {
    run->save(
        train::train(settings, data, on, observer, checkpoint ? &*checkpoint : nullptr).model);
  } catch (const Killed&) {
    return false;
  }
  return true;
}

/// metrics.jsonl without what a clock says.
inline std::string timeless_metrics(const std::string& folder) {
  std::istringstream lines(data::read_file(folder + "/metrics.jsonl"));
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    auto metrics = nlohmann::json::parse(line);
    metrics.erase("seconds");
    metrics.erase("samples_per_second");
    result += metrics.dump() + "\n";
  }
  return result;
}

/// Kills the training `kills` times, at random steps, and then expects the very files of an
/// undisturbed run. It begins anew when it ends before.
inline void expect_kills_change_no_bit(
    const train::Settings& settings, int kills,
    const std::function<std::unique_ptr<backend::Backend>()>& make_backend) {
  const std::uint32_t seed = 20261127;
  const TemporaryDirectory directory;
  const data::DataSets data = small_data();
  const std::string expected = directory.path("undisturbed");
  ASSERT_TRUE(train_until_killed(expected, settings, data, *make_backend(), 0));

  std::mt19937 random(seed);
  std::printf("seed %u, killed after steps:", seed);
  for (int run = 0; kills > 0; ++run) {
    const std::string folder = directory.path("run" + std::to_string(run));
    for (bool ended = false; !ended;) {
      const std::uint64_t last_step = kills > 0 ? 1 + random() % 8 : 0;
      ended = train_until_killed(folder, settings, data, *make_backend(), last_step);
      if (ended) break;
      std::printf(" %d", static_cast<int>(last_step));
      --kills;
    }
    EXPECT_EQ(data::read_file(folder + "/model.safetensors"),
              data::read_file(expected + "/model.safetensors"));
    EXPECT_EQ(timeless_metrics(folder), timeless_metrics(expected));
  }
  std::printf("\n");
}

}  // namespace curb::testing
