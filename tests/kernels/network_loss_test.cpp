// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The losses: one launch for any number of rows, the same bits under every order of threads and
// blocks. Their values are held to the definitions by the tests of the back ends.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/network.hpp"
#include "tests/kernels/values.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

using kernels::LossRows;
using kernels::LossScratch;
using kernels::LossSums;

struct Result {
  double loss = 0.0;
  std::uint64_t samples = 0;
  std::uint64_t correct = 0;
  std::vector<float> delta;
};

/// A batch on the device, what its losses are added to, and the scratch of all launches.
class Batch {
 public:
  Batch(std::size_t rows, std::size_t outputs)
      : rows_(rows),
        outputs_(outputs),
        output_(RandomFloats(8).uniform(rows * outputs, 3.0f), 1),
        labels_(labels(rows, outputs), 1),
        delta_(rows * outputs, 2),
        loss_(std::vector<double>{0.5}),
        counts_(std::vector<std::uint64_t>{1, 2}),
        scratch_(std::vector<LossScratch>(1)) {}

  /// Adds a loss by `launch`(rows, sums, scratch).
  template <class Launch>
  void add(const Launch& launch, bool in_place = false) {
    launch(LossRows{static_cast<std::int64_t>(rows_), static_cast<std::int64_t>(outputs_),
                    output_.data(), labels_.data(), nullptr,
                    in_place ? output_.data() : delta_.data()},
           LossSums{loss_.data(), counts_.data(), counts_.data() + 1}, scratch_.data());
  }

  Result result(bool in_place = false) const {
    const std::vector<std::uint64_t> counts = counts_.download();
    return {loss_.download()[0], counts[0], counts[1],
            in_place ? output_.download() : delta_.download()};
  }
  std::vector<float> output() const { return output_.download(); }
  static std::vector<std::int32_t> labels(std::size_t rows, std::size_t outputs) {
    std::vector<std::int32_t> values(rows);
    for (std::size_t r = 0; r < rows; ++r) values[r] = static_cast<std::int32_t>(5 * r % outputs);
    return values;
  }

 private:
  std::size_t rows_;
  std::size_t outputs_;
  DeviceBuffer<float> output_;
  DeviceBuffer<std::int32_t> labels_;
  DeviceBuffer<float> delta_;
  DeviceBuffer<double> loss_;
  DeviceBuffer<std::uint64_t> counts_;
  DeviceBuffer<LossScratch> scratch_;
};

void softmax(const LossRows& rows, const LossSums& sums, LossScratch* scratch) {
  kernels::softmax_cross_entropy(rows, sums, scratch, nullptr);
}
void sigmoid(const LossRows& rows, const LossSums& sums, LossScratch* scratch) {
  kernels::sigmoid_cross_entropy(rows, sums, scratch, nullptr);
}
void half_square(const LossRows& rows, const LossSums& sums, LossScratch* scratch) {
  kernels::squared_error(rows, 0.5, sums, scratch, nullptr);
}

/// The sum of the rows' losses and how many labels are the largest output, from the definition.
Result softmax_of(const std::vector<float>& output, std::size_t outputs) {
  Result expected;
  const std::size_t rows = output.size() / outputs;
  const std::vector<std::int32_t> labels = Batch::labels(rows, outputs);
  for (std::size_t r = 0; r < rows; ++r) {
    const float* row = output.data() + r * outputs;
    const auto label = static_cast<std::size_t>(labels[r]);
    double sum = 0.0;
    bool largest = true;
    for (std::size_t j = 0; j < outputs; ++j) {
      sum += std::exp(static_cast<double>(row[j]));
      largest &= j == label || row[label] > row[j];
    }
    expected.loss += std::log(sum) - static_cast<double>(row[label]);
    expected.correct += largest ? 1 : 0;
  }
  expected.samples = rows;
  return expected;
}

TEST(NetworkLoss, AddsUpAnyNumberOfRows) {
  on_every_order([] {
    const std::size_t many = test_size(1100, 300);  // more than a row for every warp
    for (const std::size_t rows : {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{8},
                                   std::size_t{9}, std::size_t{33}, many}) {
      for (const std::size_t outputs : {std::size_t{1}, std::size_t{10}, std::size_t{33}}) {
        if (rows == many && outputs != 10) continue;
        SCOPED_TRACE(std::to_string(rows) + " x " + std::to_string(outputs));
        Batch batch(rows, outputs);
        batch.add(softmax);
        const Result actual = batch.result();
        const Result expected = softmax_of(batch.output(), outputs);
        EXPECT_NEAR(actual.loss, 0.5 + expected.loss, 1e-6 * (1.0 + expected.loss));
        EXPECT_EQ(actual.samples, 1 + expected.samples);
        EXPECT_EQ(actual.correct, 2 + expected.correct);
      }
    }
  });
}

TEST(NetworkLoss, LaunchesFollowOneAnotherOnTheSameScratch) {
  on_every_order([] {
    Batch once(20, 10);
    once.add(softmax);
    Batch thrice(20, 10);
    for (int i = 0; i < 3; ++i) thrice.add(softmax);
    EXPECT_DOUBLE_EQ(thrice.result().loss - 0.5, 3.0 * (once.result().loss - 0.5));
    EXPECT_EQ(thrice.result().samples, 61u);
  });
}

TEST(NetworkLoss, TheOrderOfThreadsChangesNoBit) {
  for (const auto launch : {softmax, sigmoid, half_square}) {
    Result first;
    on_every_order([&] {
      Batch batch(50, 37);
      batch.add(launch);
      const Result result = batch.result();
      if (first.delta.empty()) first = result;
      EXPECT_EQ(result.loss, first.loss);
      EXPECT_EQ(result.correct, first.correct);
      EXPECT_TRUE(same_bits(result.delta, first.delta));
    });
  }
}

TEST(NetworkLoss, GradientsMayReplaceTheOutputs) {
  on_every_order([] {
    for (const auto launch : {softmax, sigmoid, half_square}) {
      Batch apart(9, 70);
      apart.add(launch);
      Batch in_place(9, 70);
      in_place.add(launch, true);
      EXPECT_TRUE(same_bits(in_place.result(true).delta, apart.result().delta));
      EXPECT_EQ(in_place.result().loss, apart.result().loss);
      EXPECT_EQ(in_place.result().correct, apart.result().correct);
    }
  });
}

}  // namespace
}  // namespace curb::testing
