// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Counted weights, and reports as JSON.
#include "host/train/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace curb::train {
namespace {

using Floats = std::vector<float>;

TEST(LayerMetrics, CountsZerosNeuronsAndInputs) {
  const Floats w{3, 0, -4,    0,  // a neuron of norm 5
                 0, 0, -0.0f, 0,  // a dead one
                 1, 0, 0,     0};
  const LayerMetrics metrics = measure({3, 4, w});
  EXPECT_EQ(metrics.weights, 12u);
  EXPECT_EQ(metrics.zeros, 9u);
  EXPECT_DOUBLE_EQ(metrics.fraction_zero, 0.75);
  EXPECT_DOUBLE_EQ(metrics.max_incoming_norm, 5.0);
  EXPECT_EQ(metrics.dead_neurons, 1u);
  EXPECT_EQ(metrics.unused_inputs, 2u);
}

TEST(LayerMetrics, ShowANaNWhereverItIs) {
  const Floats w{std::nanf(""), 2};
  EXPECT_TRUE(std::isnan(measure({2, 1, w}).max_incoming_norm));
  EXPECT_TRUE(std::isnan(measure({1, 2, w}).max_incoming_norm));
  EXPECT_EQ(measure({2, 1, w}).zeros, 0u);
}

TEST(LayerMetrics, AddUpNormsBeyondTheRangeOfFloat) {
  const Floats w{3e30f, 4e30f};
  EXPECT_NEAR(measure({1, 2, w}).max_incoming_norm, 5e30, 1e24);
}

TEST(EpochMetrics, AsJsonHaveOneKeyEach) {
  EpochMetrics metrics;
  metrics.epoch = 3;
  metrics.data_loss = 0.25;
  const Floats w{0, 1};
  metrics.layers = {measure({1, 2, w})};
  EXPECT_EQ(to_json(metrics).dump(),
            R"({"epoch":3,"step":0,"seconds":0.0,"samples_per_second":0.0,"learning_rate":0.0,)"
            R"("data_loss":0.25,"penalty":0.0,"layers":[{"weights":2,"zeros":1,)"
            R"("fraction_zero":0.5,"max_incoming_norm":1.0,"dead_neurons":0,"unused_inputs":1}]})");
}

TEST(EpochMetrics, AsJsonHaveWhatWasLookedAt) {
  EpochMetrics metrics;
  metrics.residual = 0.5;
  metrics.validation = Evaluation{.loss = 1.0, .accuracy = 0.75};
  metrics.test = Evaluation{.loss = 2.0, .accuracy = {}};
  const auto json = to_json(metrics);
  EXPECT_EQ(json.at("residual"), 0.5);
  EXPECT_EQ(json.at("validation_loss"), 1.0);
  EXPECT_EQ(json.at("validation_accuracy"), 0.75);
  EXPECT_EQ(json.at("test_loss"), 2.0);
  EXPECT_FALSE(json.contains("test_accuracy"));
}

TEST(EpochMetrics, AsJsonStayJsonWhenTheLossIsNot) {
  EpochMetrics metrics;
  metrics.data_loss = std::numeric_limits<double>::infinity();
  EXPECT_NE(to_json(metrics).dump().find(R"("data_loss":null)"), std::string::npos);
}

}  // namespace
}  // namespace curb::train
