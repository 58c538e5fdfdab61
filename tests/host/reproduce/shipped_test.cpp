// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The studies that come with the program are sound, and say what was published.
#include "host/reproduce/shipped.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "host/reproduce/irrelevant_inputs_study.hpp"
#include "host/reproduce/study.hpp"

namespace curb::reproduce {
namespace {

TEST(Shipped, EveryStudyHasASmallerVersionAndCanBeRun) {
  const std::vector<std::string> names = shipped_names();
  ASSERT_GE(names.size(), 6u);
  for (const std::string& name : names) {
    const std::string text = shipped_study(name).value();
    if (!name.ends_with("_quick")) {
      EXPECT_TRUE(shipped_study(name + "_quick")) << name;
    }
    if (is_irrelevant_inputs_study(text, name)) {
      read_irrelevant_inputs_study(text, name);
      continue;
    }
    Study study = read_study(text, name);
    for (Row& row : study.rows) {
      if (row.settings.data.empty()) row.settings.data = "mnist:directory";
      EXPECT_NO_THROW(train::resolve(row.settings)) << name << ", " << row.name;
    }
  }
  EXPECT_FALSE(shipped_study("nielson"));
}

TEST(Shipped, NothingIsReadByTestRowsThatWasNotPublishedSo) {
  for (const std::string& name : shipped_names()) {
    const std::string text = shipped_study(name).value();
    if (is_irrelevant_inputs_study(text, name)) continue;
    const Study study = read_study(text, name);
    const bool published_so = name.starts_with("nielsen");
    EXPECT_EQ(study.reading, published_so ? Reading::best_epoch : Reading::last_epoch) << name;
    for (const Row& row : study.rows) EXPECT_EQ(row.settings.patience, 0) << name;
  }
}

TEST(Shipped, NielsenIsHisTable) {
  const Study study = read_study(shipped_study("nielsen").value(), "nielsen");
  ASSERT_EQ(study.rows.size(), 4u);
  const double published[] = {82.27, 87.10, 95.33, 96.49};
  const double tolerance[] = {1.0, 1.0, 0.4, 0.4};
  const std::int64_t rows[] = {1000, 1000, 50000, 50000};
  const std::int64_t epochs[] = {400, 400, 30, 30};
  const float l2[] = {0.0f, 1e-4f, 0.0f, 1e-4f};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(study.rows[i].published, published[i]);
    EXPECT_EQ(study.rows[i].tolerance, tolerance[i]);
    EXPECT_EQ(study.rows[i].settings.data_options.train_rows, rows[i]);
    EXPECT_EQ(study.rows[i].settings.epochs, epochs[i]);
    EXPECT_EQ(study.rows[i].settings.update.l2, l2[i]);
  }
}

TEST(Shipped, SrivastavaIsTheirTable) {
  const Study study = read_study(shipped_study("srivastava").value(), "srivastava");
  EXPECT_EQ(study.seeds.size(), 5u);
  EXPECT_FALSE(study.without_gpu.empty());
  const double published[] = {1.62, 1.60, 1.35, 1.25, 1.05};
  ASSERT_EQ(study.rows.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(study.rows[i].published, published[i]);
    EXPECT_EQ(study.rows[i].settings.hidden, (std::vector<std::int64_t>{1024, 1024, 2048}));
  }
}

}  // namespace
}  // namespace curb::reproduce
