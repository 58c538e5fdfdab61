// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A checkpoint in which no two numbers are alike.
#pragma once

#include "host/train/checkpoint.hpp"

namespace curb::testing {

inline train::Checkpoint small_checkpoint() {
  train::Settings settings;
  settings.data = "digits";
  resolve(settings);
  return {.configuration = to_toml(settings),
          .data_fingerprint = 4000000001u,
          .backend = "CPU, 3 threads",
          .tuning = "an algorithm\n",
          .progress = {.epoch = 8,
                       .latest = {7, {1.5f, -0.0f, 1e-45f}},
                       .best = {5, {3.0f, 0.1f, -7.0f}},
                       .best_loss = 0.1,
                       .first_residual = 1.0 / 3.0,
                       .gradient_norm = 0.3,
                       .training_seconds = 12.25,
                       .samples_reported = 5000},
          .count = {.steps = (std::uint64_t{1} << 63) + 1,
                    .samples = 5100,
                    .position = 100,
                    .losses = {.loss = 0.7, .samples = 99, .correct = 42}},
          .parameters = {1.25f, 0.0f, -0.0f},
          .optimizer_state = {{0.5f, 0.25f, 0.125f}, {4.0f, 8.0f, 16.0f}},
          .groups = {{.step = 17,
                      .beta1_power = 0.9,
                      .beta2_power = 0.999,
                      .l1 = 1e-5,
                      .l2 = 2e-5,
                      .group_lasso = 3e-5,
                      .l1_cumulative = 4e-5},
                     {}},
          .seconds = 14.5,
          .seconds_since_report = 0.0625,
          .metrics_bytes = 321};
}

}  // namespace curb::testing
