// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A small training run with everything in it: noise, dropout at both places, momentum, elastic net
// and max-norm, epochs whose last batch is a short one, every step a replayed recording.
#pragma once

#include <cstdint>
#include <vector>

#include "host/train/device_rows.hpp"
#include "host/train/epoch.hpp"
#include "host/train/network_setup.hpp"
#include "tests/host/backend/values.hpp"

namespace curb::testing {

struct SmallTrainingOptions {
  backend::Activation first = backend::Activation::tanh;
  backend::Activation second = backend::Activation::gelu;
  backend::Place place = backend::Place::device;  ///< of the rows
};

class SmallTraining {
 public:
  static constexpr std::int64_t kRows = 36;
  static constexpr std::int64_t kBatch = 8;
  static constexpr int kStepsPerEpoch = 5;

  explicit SmallTraining(backend::Backend& on, const SmallTrainingOptions& options = {})
      : data_(on, dataset(), options.place),
        network_(on, description(options), kBatch, kSeed),
        updates_(train::make_updates(on, network_, std::vector<train::UpdateSettings>(3, update()),
                                     train::Optimizer::momentum)),
        steps_(on, network_, updates_.plan, data_, kBatch, kSeed) {
    network_.initialise({nn::Initialiser::xavier});
  }
  SmallTraining(const SmallTraining&) = delete;
  SmallTraining& operator=(const SmallTraining&) = delete;

  void run_epoch(std::int64_t epoch) {
    steps_.begin(epoch);
    for (int step = 0; step < kStepsPerEpoch; ++step) steps_.step();
  }

  static data::Dataset dataset() {
    data::Dataset data;
    data.rows = kRows;
    data.columns = 12;
    data.features = random_values(data.rows * data.columns, 1);
    data.labels = random_labels(data.rows, 4, 2);
    return data;
  }

  train::EpochSteps& steps() { return steps_; }
  const train::DeviceRows& rows() const { return data_; }
  nn::Network& network() { return network_; }
  Plan& plan() { return updates_.plan; }
  std::vector<float> parameters() const { return network_.parameters().download(); }

 private:
  static constexpr std::uint64_t kSeed = 7;

  static nn::NetworkDescription description(const SmallTrainingOptions& options) {
    return {.layers = {{12, 16, options.first, 0.3f},
                       {16, 8, options.second, 0.2f},
                       {8, 4, backend::Activation::identity}},
            .loss = backend::Loss::softmax_cross_entropy,
            .input_noise = 0.1f,
            .input_dropout = 0.1f};
  }

  static train::UpdateSettings update() {
    train::UpdateSettings settings;
    settings.learning_rate = 0.1f;
    settings.momentum = 0.9f;
    settings.l1 = 1e-3f;
    settings.l2 = 1e-3f;
    settings.weight_decay = 0.0f;
    settings.max_norm = 1.0f;
    return settings;
  }

  train::DeviceRows data_;
  nn::Network network_;
  train::Updates updates_;
  train::EpochSteps steps_;
};

}  // namespace curb::testing
