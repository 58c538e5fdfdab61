// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The losses against the same in double, their gradients against central differences of that, and
// what the accumulators count.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/host/backend/backends.hpp"
#include "tests/host/backend/losses.hpp"
#include "tests/host/backend/values.hpp"

namespace curb::testing {
namespace {

using backend::Buffer;
using backend::Loss;
using backend::LossSum;

struct Batch {
  std::int64_t rows = 0;
  std::int64_t outputs = 0;
  std::vector<float> output;
  std::vector<std::int32_t> labels;  ///< or
  std::vector<float> targets;
  std::vector<float> class_weights{};  ///< with labels, or none
};

struct Result {
  LossSum sum;
  std::vector<float> delta;
};

class LossTest : public BackendTest {
 protected:
  Result run(Loss loss, const Batch& batch, bool in_place = false) {
    Buffer<float> output = upload(batch.output);
    const Buffer<std::int32_t> labels = upload(batch.labels);
    const Buffer<float> targets = upload(batch.targets);
    const Buffer<float> class_weights = upload(batch.class_weights);
    Buffer<float> delta(*on, batch.output.size());
    Buffer<LossSum> sum(*on, 1);
    on->loss({.loss = loss,
              .rows = batch.rows,
              .outputs = batch.outputs,
              .output = output.data(),
              .labels = labels.data(),
              .targets = targets.data(),
              .class_weights = class_weights.data(),
              .delta = in_place ? output.data() : delta.data(),
              .sum = sum.data()});
    return {sum.download()[0], in_place ? output.download() : delta.download()};
  }

  /// Row r of the batch in double.
  static std::vector<double> output_row(const Batch& batch, std::int64_t r) {
    const auto first = batch.output.begin() + r * batch.outputs;
    return {first, first + batch.outputs};
  }
  static std::vector<double> target_row(const Batch& batch, std::int64_t r) {
    std::vector<double> row(static_cast<std::size_t>(batch.outputs), 0.0);
    if (batch.labels.empty()) {
      const auto first = batch.targets.begin() + r * batch.outputs;
      row.assign(first, first + batch.outputs);
    } else {
      row[static_cast<std::size_t>(batch.labels[static_cast<std::size_t>(r)])] = 1.0;
    }
    return row;
  }

  static double weight_of(const Batch& batch, std::int64_t r) {
    if (batch.class_weights.empty()) return 1.0;
    const std::int32_t label = batch.labels[static_cast<std::size_t>(r)];
    return batch.class_weights[static_cast<std::size_t>(label)];
  }

  void expect_loss_and_gradient(Loss loss, const Batch& batch) {
    const Result result = run(loss, batch);
    double sum = 0.0;
    for (std::int64_t r = 0; r < batch.rows; ++r) {
      std::vector<double> output = output_row(batch, r);
      const std::vector<double> target = target_row(batch, r);
      const double weight = weight_of(batch, r);
      sum += weight * sample_loss(loss, output, target);
      for (std::size_t j = 0; j < output.size(); ++j) {
        constexpr double kStep = 1e-5;
        const double here = output[j];
        output[j] = here + kStep;
        const double above = sample_loss(loss, output, target);
        output[j] = here - kStep;
        const double below = sample_loss(loss, output, target);
        output[j] = here;
        const double gradient =
            weight * (above - below) / (2.0 * kStep) / static_cast<double>(batch.rows);
        ASSERT_NEAR(result.delta[static_cast<std::size_t>(r * batch.outputs) + j], gradient,
                    2e-7 * std::fabs(gradient) + weight * 4e-7 / static_cast<double>(batch.rows))
            << "row " << r << ", output " << j;
      }
    }
    EXPECT_NEAR(result.sum.loss, sum, 1e-6 * sum);
    EXPECT_EQ(result.sum.samples, static_cast<std::uint64_t>(batch.rows));
    EXPECT_EQ(run(loss, batch, true).delta, result.delta) << "in place";
  }
};

TEST_P(LossTest, ValuesAndGradientsWithLabels) {
  for (const auto& [loss, name] : losses()) {
    for (const std::int64_t outputs : {1, 2, 10, 256, 257, 600}) {  // tiles are of 256
      SCOPED_TRACE(name + ", outputs " + std::to_string(outputs));
      const std::size_t size = 7 * static_cast<std::size_t>(outputs);
      expect_loss_and_gradient(loss, {.rows = 7,
                                      .outputs = outputs,
                                      .output = random_values(size, 1, -3.0f, 3.0f),
                                      .labels = random_labels(7, static_cast<unsigned>(outputs), 2),
                                      .targets = {}});
    }
  }
}

TEST_P(LossTest, ValuesAndGradientsWithTargets) {
  for (const auto& [loss, name] : losses()) {
    if (loss == Loss::softmax_cross_entropy) continue;
    for (const std::int64_t outputs : {1, 3, 300}) {
      SCOPED_TRACE(name + ", outputs " + std::to_string(outputs));
      const std::size_t size = 9 * static_cast<std::size_t>(outputs);
      expect_loss_and_gradient(loss, {.rows = 9,
                                      .outputs = outputs,
                                      .output = random_values(size, 3, -3.0f, 3.0f),
                                      .labels = {},
                                      .targets = random_values(size, 4, 0.0f, 1.0f)});
    }
  }
}

TEST_P(LossTest, ValuesAndGradientsWithClassWeights) {
  for (const auto& [loss, name] : losses()) {
    for (const std::int64_t outputs : {1, 10, 257}) {
      SCOPED_TRACE(name + ", outputs " + std::to_string(outputs));
      const auto classes = static_cast<std::size_t>(outputs);
      expect_loss_and_gradient(loss, {.rows = 7,
                                      .outputs = outputs,
                                      .output = random_values(7 * classes, 1, -3.0f, 3.0f),
                                      .labels = random_labels(7, static_cast<unsigned>(outputs), 2),
                                      .targets = {},
                                      .class_weights = random_values(classes, 7, 0.1f, 4.0f)});
    }
  }
}

TEST_P(LossTest, CrossEntropiesBearLargeLogits) {
  const Batch batch{.rows = 3,
                    .outputs = 3,
                    .output = {1e4f, -1e4f, 0.0f,       //
                               3e38f, 1.0f, -3e38f,     //
                               1e-30f, 0.0f, -1e-30f},  //
                    .labels = {0, 0, 2},
                    .targets = {}};
  const Result softmax = run(Loss::softmax_cross_entropy, batch);
  EXPECT_NEAR(softmax.sum.loss, std::log(3.0), 1e-7);
  EXPECT_EQ(softmax.delta[0], 0.0f);
  EXPECT_NEAR(softmax.delta[8], (1.0 / 3.0 - 1.0) / 3.0, 1e-7);

  Batch wrong = batch;
  wrong.labels = {1, 0, 2};
  EXPECT_NEAR(run(Loss::softmax_cross_entropy, wrong).sum.loss, 2e4 + std::log(3.0), 1e-3);

  const Result sigmoid = run(Loss::sigmoid_cross_entropy, wrong);
  EXPECT_TRUE(std::isfinite(sigmoid.sum.loss));
  EXPECT_EQ(sigmoid.delta[0], 1.0f / 3.0f);
  EXPECT_EQ(sigmoid.delta[1], -1.0f / 3.0f);
}

TEST_P(LossTest, CountsTheLargestOutputAsThePrediction) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Batch batch{.rows = 7,
                    .outputs = 3,
                    .output = {1.0f,  2.0f,  0.0f,   // right
                               1.0f,  2.0f,  0.0f,   // wrong
                               5.0f,  5.0f,  0.0f,   // first of equals: right
                               5.0f,  5.0f,  0.0f,   // second of equals: wrong
                               0.0f,  nan,   -1.0f,  // never right with a NaN
                               0.0f,  nan,   -1.0f,  //
                               -3.0f, -2.0f, -1.0f},
                    .labels = {1, 0, 0, 1, 0, 1, 2},
                    .targets = {}};
  for (const auto& [loss, name] : losses()) {
    EXPECT_EQ(run(loss, batch).sum.correct, 3u) << name;
    EXPECT_TRUE(std::isnan(run(loss, batch).sum.loss)) << name;
  }
}

TEST_P(LossTest, CountsRowsWhoseLabelsAreAllRight) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Batch batch{.rows = 5,
                    .outputs = 2,
                    .output = {1.0f, -1.0f,   // right
                               1.0f, 1.0f,    // one wrong
                               -2.0f, -3.0f,  // right
                               nan, -1.0f,    // not right
                               -0.5f, nan},   // not right
                    .labels = {},
                    .targets = {1.0f, 0.0f, 1.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f}};
  EXPECT_EQ(run(Loss::sigmoid_cross_entropy, batch).sum.correct, 2u);
  EXPECT_EQ(run(Loss::quadratic, batch).sum.correct, 0u);
  EXPECT_EQ(run(Loss::mse, batch).sum.correct, 0u);
}

TEST_P(LossTest, SumsAccumulateAndNeedNoGradient) {
  constexpr std::int64_t kRows = 5000;  // enough for several threads
  const std::vector<float> output = random_values(kRows * 10, 5);
  const Buffer<float> logits = upload(output);
  const Buffer<std::int32_t> labels = upload(random_labels(kRows, 10, 6));
  Buffer<LossSum> whole(*on, 1);
  Buffer<LossSum> parts(*on, 1);
  const auto add = [&](std::int64_t first, std::int64_t rows, Buffer<LossSum>& sum) {
    on->loss({.loss = Loss::softmax_cross_entropy,
              .rows = rows,
              .outputs = 10,
              .output = logits.data() + 10 * first,
              .labels = labels.data() + first,
              .sum = sum.data()});
  };
  add(0, kRows, whole);
  for (std::int64_t first = 0; first < kRows; first += 1250) add(first, 1250, parts);
  const LossSum one = whole.download()[0];
  const LossSum four = parts.download()[0];
  EXPECT_EQ(one.samples, 5000u);
  EXPECT_EQ(four.samples, 5000u);
  EXPECT_EQ(one.correct, four.correct);
  EXPECT_GT(one.correct, 300u);
  EXPECT_LT(one.correct, 700u);
  EXPECT_NEAR(one.loss, four.loss, 1e-9 * one.loss);
  EXPECT_EQ(logits.download(), output);
  parts.clear();
  EXPECT_EQ(parts.download()[0].samples, 0u);
}

CURB_ON_EVERY_BACKEND(LossTest);

}  // namespace
}  // namespace curb::testing
