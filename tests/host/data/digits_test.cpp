// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The compiled-in digits are the published ones, row for row.
#include "host/data/digits.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "host/data/csv.hpp"

namespace curb::data {
namespace {

using Floats = std::vector<float>;
using Labels = std::vector<std::int32_t>;

// Row `row` in the units of the file: integers from 0 to 16.
Floats pixels(const Dataset& data, std::size_t row) {
  Floats result;
  for (std::size_t i = 0; i < data.columns; ++i) {
    result.push_back(16 * data.features[row * data.columns + i]);
  }
  return result;
}

TEST(Digits, HaveTheirShapeAndNames) {
  const TrainTest digits = load_digits();
  EXPECT_EQ(digits.train.rows, 1347u);
  EXPECT_EQ(digits.test.rows, 450u);
  EXPECT_EQ(digits.train.columns, 64u);
  EXPECT_EQ(digits.train.image, (std::vector<std::size_t>{8, 8}));
  EXPECT_EQ(digits.train.schema, digits.test.schema);
  EXPECT_EQ(digits.train.schema.feature_names.front(), "p00");
  EXPECT_EQ(digits.train.schema.feature_names.back(), "p77");
}

TEST(Digits, HaveThePublishedMeanAndCounts) {
  const TrainTest digits = load_digits();
  double sum = 0.0;
  Labels counts(10);
  for (const Dataset* part : {&digits.train, &digits.test}) {
    sum = std::accumulate(part->features.begin(), part->features.end(), sum);
    for (const std::int32_t label : part->labels) ++counts.at(static_cast<std::size_t>(label));
  }
  EXPECT_NEAR(16 * sum / (1797 * 64), 4.884165, 5e-7);
  EXPECT_EQ(counts, (Labels{178, 182, 177, 183, 181, 182, 181, 179, 174, 180}));
}

TEST(Digits, BeginAndEndWithThePublishedRows) {
  const TrainTest digits = load_digits();
  EXPECT_EQ(pixels(digits.train, 0),
            (Floats{0, 0,  5, 13, 9,  1, 0,  0, 0,  0,  13, 15, 10, 15, 5, 0,  0,  3, 15, 2, 0,  11,
                    8, 0,  0, 4,  12, 0, 0,  8, 8,  0,  0,  5,  8,  0,  0, 9,  8,  0, 0,  4, 11, 0,
                    1, 12, 7, 0,  0,  2, 14, 5, 10, 12, 0,  0,  0,  0,  6, 13, 10, 0, 0,  0}));
  EXPECT_EQ(
      pixels(digits.test, 449),
      (Floats{0, 0,  10, 14, 8, 1,  0,  0,  0, 2,  16, 14, 6,  1,  0,  0,  0,  0,  15, 15, 8,  15,
              0, 0,  0,  0,  5, 16, 16, 10, 0, 0,  0,  0,  12, 15, 15, 12, 0,  0,  0,  4,  16, 6,
              4, 16, 6,  0,  0, 8,  16, 10, 8, 16, 8,  0,  0,  1,  8,  12, 14, 12, 1,  0}));
  EXPECT_EQ(digits.train.labels[0], 0);
  EXPECT_EQ(digits.test.labels[0], 3);
  EXPECT_EQ(digits.test.labels[449], 8);
}

TEST(Digits, AreTheFileInTheTree) {
  const Dataset file = read_csv(CURB_DIGITS_CSV, {});
  const TrainTest digits = load_digits();
  Floats features;
  Labels labels;
  for (const Dataset* part : {&digits.train, &digits.test}) {
    for (std::size_t row = 0; row < part->rows; ++row) {
      const Floats values = pixels(*part, row);
      features.insert(features.end(), values.begin(), values.end());
    }
    labels.insert(labels.end(), part->labels.begin(), part->labels.end());
  }
  EXPECT_EQ(file.features, features);
  EXPECT_EQ(file.labels, labels);
  EXPECT_EQ(file.schema, digits.train.schema);
}

// A figure that would not survive a row out of place: the nearest training image (in Euclidean
// distance) has the right label for 433 of the 450 test images, 96.22 %.
TEST(Digits, NearestNeighbourReachesItsKnownAccuracy) {
  const auto [train, test] = load_digits();
  int correct = 0;
  for (std::size_t i = 0; i < test.rows; ++i) {
    float least = std::numeric_limits<float>::max();
    std::int32_t label = -1;
    for (std::size_t j = 0; j < train.rows; ++j) {
      float distance = 0.0f;
      for (std::size_t k = 0; k < train.columns; ++k) {
        const float difference = test.features[i * 64 + k] - train.features[j * 64 + k];
        distance += difference * difference;
      }
      if (distance < least) {
        least = distance;
        label = train.labels[j];
      }
    }
    if (label == test.labels[i]) ++correct;
  }
  EXPECT_EQ(correct, 433);
}

}  // namespace
}  // namespace curb::data
