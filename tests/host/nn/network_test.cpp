// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A network's layout, its passes beside the gradients, recordings of a whole step, and refusals.
#include "host/nn/network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <curb/curb.hpp>
#include <string>

#include "tests/host/backend/backends.hpp"
#include "tests/host/backend/values.hpp"

namespace curb::testing {
namespace {

using backend::Activation;
using backend::Buffer;
using backend::Clock;
using backend::Loss;
using backend::LossSum;
using nn::Network;
using nn::NetworkDescription;

NetworkDescription classifier() {
  return {.layers = {{20, 30, Activation::relu, 0.5f}, {30, 5, Activation::identity}},
          .loss = Loss::softmax_cross_entropy,
          .augmentation = {.shape = {4, 5}, .limits = {1.0f, 0.05f}},
          .input_noise = 0.1f,
          .input_dropout = 0.2f};
}

TEST(ParameterLayout, IsInTheOrderOfTheBackwardPass) {
  const nn::ParameterLayout layout = nn::make_parameter_layout({{3, 5}, {5, 7}, {7, 2}});
  ASSERT_EQ(layout.tensors.size(), 6u);
  EXPECT_EQ(layout.weight(1).name, "layers.1.weight");
  EXPECT_EQ(layout.weight(1).rows, 7);
  EXPECT_EQ(layout.weight(1).columns, 5);
  EXPECT_FALSE(layout.weight(1).bias);
  EXPECT_EQ(layout.bias(2).name, "layers.2.bias");
  EXPECT_EQ(layout.bias(2).rows, 1);
  EXPECT_EQ(layout.bias(2).columns, 2);
  EXPECT_TRUE(layout.bias(2).bias);
  std::size_t end = 0;
  for (const std::size_t layer : {2u, 1u, 0u}) {
    for (const nn::ParameterTensor* tensor : {&layout.weight(layer), &layout.bias(layer)}) {
      EXPECT_GE(tensor->offset, end);
      EXPECT_LT(tensor->offset, end + 64);
      EXPECT_EQ(tensor->offset % 64, 0u);
      end = tensor->offset + tensor->size();
    }
  }
  EXPECT_GE(layout.size, end);
}

std::string refusal(const NetworkDescription& description) {
  try {
    nn::validate(description);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(NetworkDescription, RefusesWhatIsNoNetworkByName) {
  EXPECT_EQ(refusal(classifier()), "");
  EXPECT_EQ(refusal({}), "a network needs at least one layer");

  NetworkDescription d = classifier();
  d.layers[1].fan_in = 31;
  EXPECT_EQ(refusal(d), "layer 1: fan_in is 31, but the layer before has fan_out 30");
  d = classifier();
  d.layers[0].fan_in = 0;
  EXPECT_EQ(refusal(d), "layer 0: fan_in must be in [1, 2^31 - 1], not 0");
  d = classifier();
  d.layers[0].dropout = 1.0f;
  EXPECT_EQ(refusal(d), "layer 0: dropout must be in [0, 1), not 1.000000");
  d = classifier();
  d.layers[1].dropout = 0.1f;
  EXPECT_EQ(refusal(d), "the last layer's outputs are the answer: no dropout there");
  d = classifier();
  d.layers[1].activation = Activation::sigmoid;
  EXPECT_EQ(refusal(d),
            "a cross-entropy loss takes logits: the last layer's activation must be identity");
  d.loss = Loss::quadratic;
  EXPECT_EQ(refusal(d), "");
  d.input_dropout = -0.1f;
  EXPECT_EQ(refusal(d), "input_dropout must be in [0, 1), not -0.100000");
  d = classifier();
  d.input_noise = std::nanf("");
  EXPECT_NE(refusal(d).find("input_noise must be finite"), std::string::npos);
  d = classifier();
  d.class_weights = {1.0f, 2.0f};
  EXPECT_EQ(refusal(d), "2 class weights for 5 outputs");
  d.class_weights = {1.0f, 2.0f, 3.0f, 4.0f, 0.0f};
  EXPECT_EQ(refusal(d), "class weights must be positive and finite, not 0.000000");
  d = classifier();
  d.augmentation.shape = {5, 5};
  EXPECT_EQ(refusal(d), "images of 5 x 5 pixels for a network with 20 inputs");
  d.augmentation.shape = {-4, -5};
  EXPECT_EQ(refusal(d), "images of -4 x -5 pixels for a network with 20 inputs");
  d = classifier();
  d.augmentation.limits.shift = rules::kInfinity;
  EXPECT_EQ(refusal(d), "the augmentation's shift must be finite and not negative, not inf");
  d = classifier();
  d.augmentation.limits.turns = 0.75f;
  EXPECT_EQ(refusal(d), "the augmentation's turns must be in [0, 1/2], not 0.750000");
}

class NetworkTest : public BackendTest {
 protected:
  static constexpr std::size_t kRows = 12;
  std::vector<float> x = random_values(kRows * 20, 41);
  std::vector<std::int32_t> y = random_labels(kRows, 5, 42);
};

TEST_P(NetworkTest, PredictionsKnowNoNoiseAndNoDropout) {
  Network noisy(*on, classifier(), kRows, 3);
  NetworkDescription calm_description = classifier();
  calm_description.augmentation = {};
  calm_description.input_noise = 0.0f;
  calm_description.input_dropout = 0.0f;
  calm_description.layers[0].dropout = 0.0f;
  Network calm(*on, calm_description, kRows, 3);
  noisy.initialise({nn::Initialiser::he});
  calm.initialise({nn::Initialiser::he});

  const Buffer<float> input = upload(x);
  const Buffer<std::int32_t> labels = upload(y);
  const Buffer<Clock> clock(*on, 1);
  Buffer<LossSum> evaluated(*on, 1);
  Buffer<LossSum> trained(*on, 1);
  Buffer<float> outputs(*on, kRows * 5);
  on->copy(noisy.predict(input.data(), kRows), outputs.data(), outputs.bytes());
  noisy.evaluate(input.data(), {.labels = labels.data()}, kRows, evaluated.data());
  calm.compute_gradients(input.data(), {.labels = labels.data()}, kRows, clock.data(),
                         trained.data());
  EXPECT_EQ(evaluated.download()[0].loss, trained.download()[0].loss);
  EXPECT_EQ(evaluated.download()[0].correct, trained.download()[0].correct);
  EXPECT_EQ(evaluated.download()[0].samples, kRows);

  const std::vector<float> logits = outputs.download();
  double loss = 0.0;
  for (std::size_t r = 0; r < kRows; ++r) {
    double partition = 0.0;
    for (std::size_t j = 0; j < 5; ++j) partition += std::exp(logits[r * 5 + j]);
    loss += std::log(partition) - logits[r * 5 + static_cast<std::size_t>(y[r])];
  }
  EXPECT_NEAR(evaluated.download()[0].loss, loss, 1e-5);
}

TEST_P(NetworkTest, FewerRowsThanThereIsRoomForStandByThemselves) {
  Network network(*on, classifier(), kRows, 3);
  network.initialise({nn::Initialiser::he});
  const Buffer<float> input = upload(x);
  Buffer<float> whole(*on, kRows * 5);
  Buffer<float> part(*on, 3 * 5);
  on->copy(network.predict(input.data(), kRows), whole.data(), whole.bytes());
  on->copy(network.predict(input.data(), 3), part.data(), part.bytes());
  const std::vector<float> all = whole.download();
  const std::vector<float> three = part.download();
  for (std::size_t i = 0; i < three.size(); ++i) EXPECT_NEAR(three[i], all[i], 1e-6);
}

/// Trains for some steps with everything on, by a plan with momentum, elastic net and max-norm.
class TrainingStep {
 public:
  TrainingStep(backend::Backend& backend, const std::vector<float>& data,
               const std::vector<std::int32_t>& classes)
      : backend_(backend),
        network_(backend, classifier(), 4, 7),
        velocity_(backend, network_.layout().size),
        features_(backend, data.size()),
        labels_(backend, classes.size()),
        order_(backend, classes.size()),
        clock_(backend, 1),
        sum_(backend, 1),
        batch_(backend, 4 * 20),
        batch_labels_(backend, 4),
        plan_(make_plan()) {
    network_.initialise({nn::Initialiser::he});
    features_.upload(data);
    labels_.upload(classes);
    std::vector<std::uint32_t> order(classes.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      order[i] = static_cast<std::uint32_t>((i * 5) % order.size());
    }
    order_.upload(order);
  }

  void step() {
    backend_.gather({.rows = 4,
                     .order = order_.data(),
                     .clock = clock_.data(),
                     .columns = 20,
                     .features = features_.data(),
                     .batch_features = batch_.data(),
                     .labels = labels_.data(),
                     .batch_labels = batch_labels_.data()});
    network_.compute_gradients(batch_.data(), {.labels = batch_labels_.data()}, 4, clock_.data(),
                               sum_.data());
    plan_.step(backend_.stream());
    backend_.advance(clock_.data(), 4);
  }
  void rewind() {
    Clock clock = clock_.download()[0];
    clock.position = 0;
    clock_.upload({&clock, 1});
  }
  std::vector<float> parameters() const { return network_.parameters().download(); }
  LossSum sum() const { return sum_.download()[0]; }

 private:
  Plan make_plan() {
    Group group;
    group.name = "all";
    group.modes.optimizer = OptimizerKind::momentum;
    group.hyperparameters.l1 = 1e-3f;
    group.hyperparameters.l2 = 1e-2f;
    group.hyperparameters.max_norm = 1.0f;
    std::vector<Tensor> tensors;
    std::vector<const void*> gradients;
    for (const nn::ParameterTensor& t : network_.layout().tensors) {
      float* const parameter = network_.parameters().data() + t.offset;
      Tensor& tensor = tensors.emplace_back(Tensor::matrix(t.name, parameter, t.rows, t.columns));
      tensor.regularised = !t.bias;
      tensor.state[0] = velocity_.data() + t.offset;
      gradients.push_back(network_.gradients().data() + t.offset);
    }
    Plan plan(backend_.device(), {group}, std::move(tensors));
    plan.bind_gradients(gradients, backend_.stream());
    return plan;
  }

  backend::Backend& backend_;
  Network network_;
  Buffer<float> velocity_;
  Buffer<float> features_;
  Buffer<std::int32_t> labels_;
  Buffer<std::uint32_t> order_;
  Buffer<Clock> clock_;
  Buffer<LossSum> sum_;
  Buffer<float> batch_;
  Buffer<std::int32_t> batch_labels_;
  Plan plan_;
};

TEST_P(NetworkTest, AReplayedStepEqualsADirectOneBitForBit) {
  TrainingStep direct(*on, x, y);
  TrainingStep replayed(*on, x, y);
  const std::unique_ptr<backend::Recording> recording = on->record([&] { replayed.step(); });
  for (int epoch = 0; epoch < 5; ++epoch) {
    for (int step = 0; step < 3; ++step) {
      direct.step();
      recording->replay();
    }
    direct.rewind();
    replayed.rewind();
  }
  const std::vector<float> parameters = direct.parameters();
  EXPECT_EQ(parameters, replayed.parameters());
  EXPECT_EQ(direct.sum().loss, replayed.sum().loss);
  EXPECT_EQ(direct.sum().samples, 60u);
  EXPECT_GT(std::count(parameters.begin(), parameters.end(), 0.0f), 0) << "l1 left no zero";
}

TEST_P(NetworkTest, ARunFollowsTheCpuOnTwoThreads) {
  const std::unique_ptr<backend::Backend> other = backend::make_cpu_backend(2);
  TrainingStep here(*on, x, y);
  TrainingStep there(*other, x, y);
  for (int step = 0; step < 3; ++step) {
    here.step();
    there.step();
  }
  // The products may be summed in another order; nothing else may differ.
  const std::vector<float> a = here.parameters();
  const std::vector<float> b = there.parameters();
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-5) << i;
}

TEST_P(NetworkTest, RefusesABatchItHasNoRoomForAndTargetsTheLossDoesNotTake) {
  Network network(*on, classifier(), kRows, 3);
  const Buffer<float> input = upload(x);
  const Buffer<std::int32_t> labels = upload(y);
  Buffer<LossSum> sum(*on, 1);
  EXPECT_THROW(network.predict(input.data(), kRows + 1), std::invalid_argument);
  EXPECT_THROW(network.predict(input.data(), -1), std::invalid_argument);
  EXPECT_THROW(network.evaluate(input.data(), {}, kRows, sum.data()), std::invalid_argument);
  EXPECT_THROW(network.evaluate(input.data(), {.values = input.data()}, kRows, sum.data()),
               std::invalid_argument);
  EXPECT_THROW(network.evaluate(input.data(), {labels.data(), input.data()}, kRows, sum.data()),
               std::invalid_argument);
  EXPECT_THROW(Network(*on, classifier(), 0, 3), Error);
}

CURB_ON_EVERY_BACKEND(NetworkTest);

}  // namespace
}  // namespace curb::testing
