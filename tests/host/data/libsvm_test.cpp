// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// LIBSVM files: right ones, and every way to get one wrong.
#include "host/data/libsvm.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/host/data/data_error.hpp"
#include "tests/host/data/gzip.hpp"
#include "tests/host/data/temporary_directory.hpp"

namespace curb::data {
namespace {

using testing::data_error;
using Floats = std::vector<float>;
using Labels = std::vector<std::int32_t>;
using Names = std::vector<std::string>;

class Libsvm : public ::testing::Test {
 protected:
  Dataset read(const std::string& text, Task task = Task::classification) {
    return read_libsvm(directory_.write("t.libsvm", text), task);
  }
  /// The message, less the path.
  std::string error(const std::string& text, Task task = Task::classification) {
    return data_error([&] { read(text, task); }).substr(directory_.path("t.libsvm").size());
  }

  testing::TemporaryDirectory directory_;
};

TEST_F(Libsvm, ReadsSparseRowsIntoDenseOnes) {
  const std::string text = "+1 1:0.5 3:-2e1\r\n\n# a comment\n-1\t2:+4 # and another 9:9\n+1 \n";
  for (const std::string& variant : {text, testing::gzip(text)}) {
    const Dataset data = read(variant);
    EXPECT_EQ(data.rows, 3u);
    EXPECT_EQ(data.columns, 3u);
    EXPECT_EQ(data.features, (Floats{0.5f, 0, -20, 0, 4, 0, 0, 0, 0}));
    EXPECT_EQ(data.labels, (Labels{1, 0, 1}));
    EXPECT_EQ(data.schema.class_names, (Names{"-1", "1"}));
    EXPECT_EQ(data.schema.feature_names, (Names{"f1", "f2", "f3"}));
    EXPECT_EQ(data.schema.target_names, Names{"label"});
  }
}

TEST_F(Libsvm, ReadsQuantities) {
  EXPECT_EQ(read("0.5 1:1\n-3 1:2", Task::regression).targets, (Floats{0.5f, -3}));
  EXPECT_EQ(error("0 1:1\n", Task::multilabel),
            ": a LIBSVM file has one label in each row; for several choose NPZ or CSV");
  EXPECT_EQ(error("1e39 1:1\n", Task::regression),
            ": row 0, column \"label\": the value is infinite");
}

TEST_F(Libsvm, NamesTheLineOfWhatIsWrong) {
  EXPECT_EQ(error("1 1:1\nx 1:1\n"), ":2: a row begins with its label, a number, not with \"x\"");
  EXPECT_EQ(error("nan 1:1\n"), ":1: a row begins with its label, a number, not with \"nan\"");
  EXPECT_EQ(error("1:1 2:1\n"), ":1: a row begins with its label, a number, not with \"1:1\"");
  EXPECT_EQ(error("1 qid:3 1:1\n"), ":1: expected INDEX:VALUE, found \"qid:3\"");
  EXPECT_EQ(error("1 1\n"), ":1: expected INDEX:VALUE, found \"1\"");
  EXPECT_EQ(error("1 1.5:1\n"), ":1: expected INDEX:VALUE, found \"1.5:1\"");
  EXPECT_EQ(error("\n1 0:1\n"), ":2: index 0: indices begin at 1");
  EXPECT_EQ(error("1 2:1 1:1\n"), ":1: index 1 follows 2; indices ascend");
  EXPECT_EQ(error("1 2:1 2:1\n"), ":1: index 2 follows 2; indices ascend");
  for (const std::string value : {"x", "", "nan", "1e39"}) {
    EXPECT_EQ(error("1 7:" + value + "\n"),
              ":1: index 7: expected a finite number, found \"" + value + "\"");
  }
}

TEST_F(Libsvm, RefusesWhatIsNoDataSet) {
  EXPECT_EQ(error(""), ": the file has no rows");
  EXPECT_EQ(error("# only this\n\n"), ": the file has no rows");
  EXPECT_EQ(error("1\n2\n"), ": no row has a feature");
  EXPECT_EQ(error("1 1:1\n1 1:2\n"),
            ":1: every row is of class 1; classification needs two classes or more");
  EXPECT_EQ(
      error("1 1:1\n\n1.5 1:2\n"),
      ":3: 1.5 is not a whole number, so it cannot be a class; for a numeric target choose the "
      "task regression");
  EXPECT_EQ(error("1 1:1\n2 4294967297:1\n"),
            ": 2 rows of 4294967297 features are more than can be held densely");
}

TEST_F(Libsvm, LaterFilesFollowTheSchema) {
  const Schema schema = read("1 3:1\n2 1:1\n").schema;
  const auto later = [&](const std::string& text, Targets targets = Targets::required) {
    return read_libsvm(directory_.write("t.libsvm", text), schema, targets);
  };
  EXPECT_EQ(later("2 1:5\n").features, (Floats{5, 0, 0}));
  EXPECT_EQ(later("2 1:5\n").labels, Labels{1});
  EXPECT_EQ(later("9 1:5\n", Targets::ignored).features, (Floats{5, 0, 0}));
  const std::string path = directory_.path("t.libsvm");
  EXPECT_EQ(data_error([&] { later("1\n1 4:1\n"); }),
            path + ":2: index 4, where the training data has 3 features");
  EXPECT_EQ(data_error([&] { later("1 1:1\n3 1:1\n"); }),
            path + ":2: class 3 does not occur in the training data");
}

}  // namespace
}  // namespace curb::data
