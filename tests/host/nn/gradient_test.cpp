// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A network's gradients, for every activation and loss, with noise and dropout, against central
// differences in double; and against the gradients that others computed.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "tests/host/backend/activations.hpp"
#include "tests/host/backend/backends.hpp"
#include "tests/host/backend/losses.hpp"
#include "tests/host/backend/values.hpp"
#include "tests/host/nn/reference_network.hpp"
#include "tests/oracles/mlp_updates.hpp"

namespace curb::testing {
namespace {

using backend::Activation;
using backend::Buffer;
using backend::Clock;
using backend::Loss;
using backend::LossSum;
using backend::RandomStream;
using nn::Network;
using nn::NetworkDescription;

constexpr std::uint64_t kSeed = 11;
constexpr std::int64_t kRows = 6;

NetworkDescription small_network(Activation activation, Loss loss) {
  return {.layers = {{5, 9, activation}, {9, 7, activation}, {7, 4, Activation::identity}},
          .loss = loss};
}

ReferenceBatch small_batch(bool labelled) {
  ReferenceBatch batch;
  batch.rows = kRows;
  batch.input = random_values(kRows * 5, 21);
  if (labelled) {
    batch.labels = random_labels(kRows, 4, 22);
  } else {
    batch.targets = random_values(kRows * 4, 23, 0.0f, 1.0f);
  }
  return batch;
}

class GradientTest : public BackendTest {
 protected:
  void expect_gradients(const NetworkDescription& description, const ReferenceBatch& batch,
                        std::uint64_t step = 0) {
    Network network(*on, description, kRows + 3, kSeed);
    network.initialise({nn::Initialiser::normal, 0.5f});
    const std::vector<float> parameters = network.parameters().download();
    const std::vector<double> exact(parameters.begin(), parameters.end());

    const Buffer<float> input = upload(batch.input);
    const Buffer<std::int32_t> labels = upload(batch.labels);
    const Buffer<float> targets = upload(batch.targets);
    const Buffer<Clock> clock = upload<Clock>({{.step = step}});
    Buffer<LossSum> sum(*on, 1);
    network.compute_gradients(input.data(), {labels.data(), targets.data()}, batch.rows,
                              clock.data(), sum.data());

    EXPECT_NEAR(sum.download()[0].loss / static_cast<double>(batch.rows),
                reference_loss(description, exact, batch), 2e-6);
    const std::vector<double> expected = reference_gradient(description, exact, batch);
    const std::vector<float> gradient = network.gradients().download();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_NEAR(gradient[i], expected[i], 2e-6) << "at " << i << " in the arena";
    }
  }

  /// What the network's dropout stream `index` multiplies `count` ones by.
  std::vector<float> multipliers(std::uint32_t index, float probability, std::size_t count,
                                 std::uint64_t step) {
    const Buffer<Clock> clock = upload<Clock>({{.step = step}});
    Buffer<float> values = upload(std::vector<float>(count, 1.0f));
    on->dropout({.randomness = {make_random_key(kSeed, RandomStream::dropout, index), clock.data()},
                 .probability = probability,
                 .x = values.data(),
                 .y = values.data(),
                 .count = static_cast<std::int64_t>(count)});
    return values.download();
  }

  std::vector<float> moved(const nn::Augmentation& augmentation, const std::vector<float>& input,
                           std::uint64_t step) {
    const Buffer<Clock> clock = upload<Clock>({{.step = step}});
    const Buffer<float> values = upload(input);
    Buffer<float> result(*on, input.size());
    on->move_images(
        {.randomness = {make_random_key(kSeed, RandomStream::augmentation), clock.data()},
         .limits = augmentation.limits,
         .shape = augmentation.shape,
         .x = values.data(),
         .y = result.data(),
         .images = kRows});
    return result.download();
  }

  std::vector<float> noise(float deviation, std::size_t count, std::uint64_t step) {
    const Buffer<Clock> clock = upload<Clock>({{.step = step}});
    Buffer<float> values(*on, count);
    on->add_gaussian_noise(
        {.randomness = {make_random_key(kSeed, RandomStream::input_noise), clock.data()},
         .deviation = deviation,
         .x = values.data(),
         .y = values.data(),
         .count = static_cast<std::int64_t>(count)});
    return values.download();
  }
};

TEST_P(GradientTest, AgreeWithCentralDifferencesForEveryActivationAndLoss) {
  for (const auto& [activation, activation_name] : activations()) {
    for (const auto& [loss, loss_name] : losses()) {
      for (const bool labelled : {true, false}) {
        if (loss == Loss::softmax_cross_entropy && !labelled) continue;
        SCOPED_TRACE(activation_name + ", " + loss_name + (labelled ? ", labels" : ", targets"));
        expect_gradients(small_network(activation, loss), small_batch(labelled));
      }
    }
  }
}

TEST_P(GradientTest, AgreeWhereTheOutputsHaveAnActivation) {
  for (const auto& [activation, name] : activations()) {
    SCOPED_TRACE(name);
    NetworkDescription description = small_network(Activation::tanh, Loss::quadratic);
    description.layers.back().activation = activation;
    expect_gradients(description, small_batch(true));
  }
}

TEST_P(GradientTest, AgreeForASingleLayer) {
  const NetworkDescription description{.layers = {{5, 4, Activation::identity}}, .loss = Loss::mse};
  expect_gradients(description, small_batch(false));
}

TEST_P(GradientTest, AgreeUnderNoiseAndDropoutOfInputAndHiddenLayers) {
  for (const auto& [activation, name] : activations()) {
    for (const std::uint64_t step : {0u, 1u, 77u}) {
      SCOPED_TRACE(name + ", step " + std::to_string(step));
      NetworkDescription description = small_network(activation, Loss::softmax_cross_entropy);
      description.augmentation = {.shape = {1, 5}, .limits = {0.8f, 0.03f}};
      description.input_noise = 0.2f;
      description.input_dropout = 0.25f;
      description.layers[0].dropout = 0.5f;
      description.layers[1].dropout = 0.3f;
      ReferenceBatch batch = small_batch(true);
      batch.moved = moved(description.augmentation, batch.input, step);
      batch.noise = noise(0.2f, batch.input.size(), step);
      batch.multipliers = {multipliers(0, 0.25f, kRows * 5, step),
                           multipliers(1, 0.5f, kRows * 9, step),
                           multipliers(2, 0.3f, kRows * 7, step)};
      expect_gradients(description, batch, step);
    }
  }
}

TEST_P(GradientTest, AgreeWithTheOracleToSinglePrecision) {
  const MlpUpdates oracle = load_mlp_updates();
  const Batch& batch = oracle.batches[0];
  const auto rows = static_cast<std::int64_t>(batch.labels.size());
  Network network(*on,
                  {.layers = {{64, 32, Activation::tanh}, {32, 10, Activation::identity}},
                   .loss = Loss::softmax_cross_entropy},
                  rows, kSeed);
  std::vector<float> arena(network.layout().size, 0.0f);
  for (std::size_t t = 0; t < oracle.initial.size(); ++t) {
    const nn::ParameterTensor& tensor = network.layout().tensors[t];
    ASSERT_EQ(tensor.size(), oracle.initial[t].values.size());
    for (std::size_t i = 0; i < tensor.size(); ++i) {
      arena[tensor.offset + i] = static_cast<float>(oracle.initial[t].values[i]);
    }
  }
  network.parameters().upload(arena);
  const Buffer<float> input = upload<float>({batch.x.values.begin(), batch.x.values.end()});
  const Buffer<std::int32_t> labels =
      upload<std::int32_t>({batch.labels.begin(), batch.labels.end()});
  const Buffer<Clock> clock(*on, 1);
  Buffer<LossSum> sum(*on, 1);
  network.compute_gradients(input.data(), {.labels = labels.data()}, rows, clock.data(),
                            sum.data());

  EXPECT_NEAR(sum.download()[0].loss / static_cast<double>(rows), oracle.cases[0].losses[0], 1e-6);
  const std::vector<float> gradient = network.gradients().download();
  double worst = 0.0;
  for (std::size_t t = 0; t < oracle.first_gradient.size(); ++t) {
    const nn::ParameterTensor& tensor = network.layout().tensors[t];
    for (std::size_t i = 0; i < tensor.size(); ++i) {
      worst = std::max(worst,
                       std::fabs(gradient[tensor.offset + i] - oracle.first_gradient[t].values[i]));
    }
  }
  std::printf("largest difference from the oracle's gradients: %.2g\n", worst);
  EXPECT_LT(worst, 1e-7);
}

CURB_ON_EVERY_BACKEND(GradientTest);

}  // namespace
}  // namespace curb::testing
