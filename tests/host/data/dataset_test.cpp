// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Choosing rows, and standardisation.
#include "host/data/dataset.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "host/data/standardisation.hpp"
#include "tests/host/data/data_error.hpp"

namespace curb::data {
namespace {

using testing::data_error;
using Floats = std::vector<float>;
using Indices = std::vector<std::size_t>;

// Row i is (i, 10 i), of class i.
Dataset counting(std::size_t rows) {
  Dataset data;
  data.schema.feature_names = {"one", "ten"};
  data.schema.target_names = {"class"};
  data.rows = rows;
  data.columns = 2;
  for (std::size_t i = 0; i < rows; ++i) {
    data.schema.class_names.push_back(std::to_string(i));
    data.features.push_back(static_cast<float>(i));
    data.features.push_back(static_cast<float>(10 * i));
    data.labels.push_back(static_cast<std::int32_t>(i));
  }
  return data;
}

Dataset column(const Floats& values) {
  Dataset data;
  data.schema = {Task::regression, {"x"}, {"y"}, {}};
  data.rows = values.size();
  data.columns = 1;
  data.features = values;
  data.targets = Floats(values.size(), 0.0f);
  return data;
}

TEST(Dataset, TakesRowsInTheOrderAskedFor) {
  const Indices chosen = {2, 0, 2};
  const Dataset data = take_rows(counting(4), chosen);
  EXPECT_EQ(data.rows, 3u);
  EXPECT_EQ(data.features, (Floats{2, 20, 0, 0, 2, 20}));
  EXPECT_EQ(data.labels, (std::vector<std::int32_t>{2, 0, 2}));
  EXPECT_EQ(data.schema, counting(4).schema);
  EXPECT_TRUE(data.targets.empty());
}

TEST(Dataset, TakesRowsOfTargetMatrices) {
  Dataset data = counting(3);
  data.schema = {Task::multilabel, data.schema.feature_names, {"a", "b"}, {}};
  data.labels.clear();
  data.targets = {0, 1, 1, 0, 1, 1};
  const Indices chosen = {1, 0};
  const Dataset taken = take_rows(data, chosen);
  EXPECT_EQ(taken.targets, (Floats{1, 0, 0, 1}));
  EXPECT_TRUE(taken.labels.empty());
}

TEST(Dataset, RefusesARowThatIsNotThere) {
  const Indices chosen = {0, 4};
  EXPECT_THROW(take_rows(counting(4), chosen), std::out_of_range);
}

TEST(Shuffle, IsAPermutationFixedForEverBySeed) {
  // Computed by an independent Fisher-Yates in Python, with MT19937-64 after its authors' paper.
  EXPECT_EQ(shuffled_indices(10, 7), (Indices{0, 7, 4, 9, 3, 1, 2, 8, 6, 5}));
  EXPECT_EQ(shuffled_indices(10, 8), (Indices{6, 4, 3, 7, 5, 1, 8, 0, 2, 9}));
  EXPECT_TRUE(shuffled_indices(0, 1).empty());

  Indices order = shuffled_indices(1000, 3);
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < order.size(); ++i) ASSERT_EQ(order[i], i);
}

TEST(ValidationSplit, DividesTheRows) {
  const Dataset data = counting(10);
  const auto [train, validation] = split_validation(data, 0.25, 7);  // 2.5 rounds to 3
  EXPECT_EQ(train.rows, 7u);
  EXPECT_EQ(validation.rows, 3u);
  std::vector<std::int32_t> all = train.labels;
  all.insert(all.end(), validation.labels.begin(), validation.labels.end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, data.labels);
  EXPECT_TRUE(std::is_sorted(train.labels.begin(), train.labels.end()));
  EXPECT_TRUE(std::is_sorted(validation.labels.begin(), validation.labels.end()));
  for (std::size_t i = 0; i < train.rows; ++i) {  // features stay with their labels
    EXPECT_EQ(train.features[2 * i], static_cast<float>(train.labels[i]));
  }
}

TEST(ValidationSplit, DependsOnTheSeedAlone) {
  const Dataset data = counting(100);
  EXPECT_EQ(split_validation(data, 0.2, 1).validation.labels,
            split_validation(data, 0.2, 1).validation.labels);
  EXPECT_NE(split_validation(data, 0.2, 1).validation.labels,
            split_validation(data, 0.2, 2).validation.labels);
}

TEST(ValidationSplit, RefusesAFractionThatLeavesNothing) {
  const Dataset data = counting(10);
  for (const double fraction : {0.0, 1.0, -0.5, 1.5, std::nan("")}) {
    EXPECT_NE(data_error([&] { split_validation(data, fraction, 1); }).find("between 0 and 1"),
              std::string::npos)
        << fraction;
  }
  EXPECT_EQ(data_error([&] { split_validation(data, 0.01, 1); }),
            "validation fraction 0.010000 of 10 rows leaves no row to validate on");
  EXPECT_EQ(data_error([&] { split_validation(data, 0.99, 1); }),
            "validation fraction 0.990000 of 10 rows leaves no row to train on");
}

TEST(CheckFinite, NamesRowAndColumn) {
  Dataset data = counting(3);
  EXPECT_NO_THROW(check_finite(data, "here"));
  data.features[3] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(data_error([&] { check_finite(data, "here"); }),
            "here: row 1, column \"ten\": the value is infinite");
  Dataset targets = column({1, 2});
  targets.targets[1] = std::nanf("");
  EXPECT_EQ(data_error([&] { check_finite(targets, "here"); }),
            "here: row 1, column \"y\": the value is NaN");
}

TEST(Standardisation, IsMeanAndPopulationDeviation) {
  Dataset data = counting(3);  // columns 0 1 2 and 0 10 20
  const Standardisation learnt = learn_standardisation(data);
  EXPECT_EQ(learnt.mean, (Floats{1, 10}));
  EXPECT_FLOAT_EQ(learnt.scale[0], std::sqrt(2.0f / 3.0f));
  EXPECT_FLOAT_EQ(learnt.scale[1], 10 * std::sqrt(2.0f / 3.0f));
  apply(learnt, data);
  const float unit = std::sqrt(1.5f);
  const Floats expected = {-unit, -unit, 0, 0, unit, unit};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_FLOAT_EQ(data.features[i], expected[i]) << i;
  }
}

TEST(Standardisation, CentresAConstantColumnOnly) {
  // Any rounding on the way would leave a tiny deviation, and dividing by that would blow up the
  // first value that differs.
  Dataset data = column(Floats(100003, 0.1f));
  const Standardisation learnt = learn_standardisation(data);
  EXPECT_EQ(learnt.scale, Floats{1});
  apply(learnt, data);
  EXPECT_EQ(data.features, Floats(100003, 0.0f));
  Dataset later = column({2.1f});
  apply(learnt, later);
  EXPECT_FLOAT_EQ(later.features[0], 2.0f);
}

TEST(Standardisation, SurvivesLargeOffsetsAndTinyDeviations) {
  EXPECT_FLOAT_EQ(learn_standardisation(column({1e6f, 1e6f + 2})).scale[0], 1.0f);
  EXPECT_FLOAT_EQ(learn_standardisation(column({-3e38f, 3e38f})).scale[0], 3e38f);
  // Half of the smallest float is not a float: dividing by 0 would give infinities.
  const float smallest = std::numeric_limits<float>::denorm_min();
  EXPECT_EQ(learn_standardisation(column({0, smallest})).scale[0], 1.0f);
}

TEST(Standardisation, RefusesMisuse) {
  Dataset data = counting(3);
  EXPECT_THROW(apply(Standardisation{{0}, {1}}, data), std::invalid_argument);
  EXPECT_THROW(learn_standardisation(counting(0)), std::invalid_argument);
}

}  // namespace
}  // namespace curb::data
