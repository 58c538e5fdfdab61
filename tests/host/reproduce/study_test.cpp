// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Studies from text: what is read, and where a mistake is said to be.
#include "host/reproduce/study.hpp"

#include <gtest/gtest.h>

#include <string>

#include "host/data/error.hpp"

namespace curb::reproduce {
namespace {

const std::string kHead =
    "title = \"t\"\nsource = \"s\"\nmeasure = \"test_error\"\nreading = \"last_epoch\"\n"
    "seeds = [1, 2]\n";
const std::string kRow = "[[row]]\nname = \"a\"\n";

/// "PLACE: reason" of the refusal.
std::string refusal(const std::string& text) {
  try {
    read_study(text, "s.toml");
  } catch (const train::SettingError& error) {
    return error.place() + ": " + error.what();
  } catch (const data::DataError& error) {
    return error.what();
  }
  return "nothing was refused";
}

TEST(Study, IsReadWhole) {
  const Study study =
      read_study(kHead +
                     "mnist = true\nwithout_gpu = \"a day\"\n[settings]\nhidden = [30]\nl2 = 1e-4\n"
                     "[[row]]\nname = \"a\"\npublished = 3\ntolerance = 0.5\n"
                     "[[row]]\nname = \"b\"\n[row.settings]\nl2 = 0\n"
                     "[[claim]]\nbelow = \"b\"\nabove = \"a\"\n",
                 "s.toml");
  EXPECT_EQ(study.title, "t");
  EXPECT_EQ(study.source, "s");
  EXPECT_EQ(study.measure, Measure::test_error);
  EXPECT_EQ(study.reading, Reading::last_epoch);
  EXPECT_EQ(study.seeds, (std::vector<std::uint64_t>{1, 2}));
  EXPECT_TRUE(study.mnist);
  EXPECT_EQ(study.without_gpu, "a day");
  ASSERT_EQ(study.rows.size(), 2u);
  EXPECT_EQ(study.rows[0].published, 3.0);
  EXPECT_EQ(study.rows[0].tolerance, 0.5);
  EXPECT_EQ(study.rows[0].settings.update.l2, 1e-4f);
  EXPECT_FALSE(study.rows[1].published);
  EXPECT_EQ(study.rows[1].settings.update.l2, 0.0f);
  EXPECT_EQ(study.rows[1].settings.hidden, std::vector<std::int64_t>{30});
  ASSERT_EQ(study.claims.size(), 1u);
  EXPECT_EQ(study.claims[0].below, 1u);
  EXPECT_EQ(study.claims[0].above, 0u);
}

TEST(Study, MistakesAreNamedWithTheirLine) {
  EXPECT_EQ(refusal("title ="),
            "s.toml:1: Error while parsing key-value pair: encountered "
            "end-of-file");
  EXPECT_EQ(refusal(kHead), "s.toml:1: row: is missing: a study has one row or more");
  EXPECT_EQ(refusal(kHead + "seed = 3\n" + kRow),
            "s.toml:6: seed: there is no such key; did you mean \"seeds\"?");
  EXPECT_EQ(refusal(kHead + kRow + "tolerance = 1\n"),
            "s.toml:8: tolerance: needs a published figure");
  EXPECT_EQ(refusal(kHead + kRow + "published = 1\ntolerance = 0\n"),
            "s.toml:9: tolerance: must be > 0");
  EXPECT_EQ(refusal(kHead + kRow + "published = \"1\"\n"), "s.toml:8: published: must be a number");
  EXPECT_EQ(refusal(kHead + kRow + kRow), "s.toml:6: row: two are called \"a\"");
  EXPECT_EQ(refusal(kHead + kRow + "[row.settings]\nl3 = 1\n"),
            "s.toml:9: l3: there is no such setting; did you mean \"l1\"?");
  EXPECT_EQ(refusal(kHead + "[settings]\nseed = 1\n" + kRow),
            "s.toml:7: seed: is not said here: see seeds");
  EXPECT_EQ(refusal(kHead + kRow + "[[claim]]\nbelow = \"a\"\nabove = \"c\"\n"),
            "s.toml:10: above: there is no \"c\" (a)");
  EXPECT_EQ(refusal("title = \"t\"\nsource = \"s\"\nmeasure = \"error\"\n"),
            "s.toml:3: measure: there is no \"error\" "
            "(test_accuracy|test_error|validation_accuracy|validation_error)");
  EXPECT_EQ(refusal("title = \"t\"\nsource = \"s\"\nmeasure = \"test_error\"\n"
                    "reading = \"last_epoch\"\nseeds = [-1]\n"),
            "s.toml:5: seeds: must be a list of whole numbers >= 0");
}

}  // namespace
}  // namespace curb::reproduce
