// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Data sets from NumPy's files: which array is what, and those that do not fit together.
#include "host/data/numpy.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/host/data/data_error.hpp"
#include "tests/host/data/npy_bytes.hpp"
#include "tests/host/data/temporary_directory.hpp"

namespace curb::data {
namespace {

using testing::data_error;
using testing::npy_array;
using testing::zip_bytes;
using Floats = std::vector<float>;
using Labels = std::vector<std::int32_t>;
using Names = std::vector<std::string>;

const std::string kFiles = CURB_NUMPY_FILES "/";

class Numpy : public ::testing::Test {
 protected:
  /// The message, less the path, with which an archive of these arrays is refused.
  std::string npz_error(const std::vector<testing::ZipMember>& members,
                        Task task = Task::classification) {
    const std::string path = directory_.write("a.npz", zip_bytes(members));
    const std::string message = data_error([&] { read_npz(path, task); });
    EXPECT_TRUE(message.starts_with(path + ": ")) << message;
    return message.substr(path.size() + 2);
  }
  /// The message, less the path, with which the table of shape [2, 2] is refused.
  std::string table_error(const std::string& target, Task task = Task::classification) {
    const std::string path =
        directory_.write("t.npy", npy_array<double>("<f8", "(2, 2)", {1, 0, 2, 1}));
    return data_error([&] { read_npy(path, target, task); }).substr(path.size() + 2);
  }

  testing::TemporaryDirectory directory_;
  const testing::ZipMember x_{"x.npy", npy_array<float>("<f4", "(2, 2)", {1, 2, 3, 4})};
  const testing::ZipMember y_{"y.npy", npy_array<std::int64_t>("<i8", "(2,)", {5, 3})};
};

TEST_F(Numpy, AnArchiveHasFeaturesAndLabels) {
  const MaybeDivided data = read_npz(kFiles + "stored.npz", Task::classification);
  EXPECT_FALSE(data.test);
  EXPECT_EQ(data.train.rows, 3u);
  EXPECT_EQ(data.train.columns, 4u);
  EXPECT_EQ(data.train.features, (Floats{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(data.train.labels, (Labels{1, 0, 1}));
  EXPECT_EQ(data.train.schema.class_names, (Names{"-1", "7"}));
  EXPECT_EQ(data.train.schema.feature_names, (Names{"c0", "c1", "c2", "c3"}));
  EXPECT_EQ(data.train.schema.target_names, Names{"y"});
}

TEST_F(Numpy, AnArchiveMayBringItsTestRows) {
  const MaybeDivided data = read_npz(kFiles + "divided.npz", Task::classification);
  EXPECT_EQ(data.train.labels, (Labels{1, 0, 1}));
  ASSERT_TRUE(data.test);
  EXPECT_EQ(data.test->features, (Floats{100, 101, 102, 103}));
  EXPECT_EQ(data.test->labels, Labels{0});
  const Schema& schema = data.train.schema;
  EXPECT_EQ(read_npz(kFiles + "divided.npz", schema, Targets::required).labels, Labels{0});
  EXPECT_EQ(read_npz(kFiles + "stored.npz", schema, Targets::required).labels, (Labels{1, 0, 1}));
}

TEST_F(Numpy, TargetsAreWhatTheTaskSays) {
  const Dataset labels = read_npz(kFiles + "deflated.npz", Task::multilabel).train;
  EXPECT_EQ(labels.features, (Floats{0.5f, -1, 1.5f, 2, -2.5f, 3, 4, 0.25f}));
  EXPECT_EQ(labels.targets, (Floats{0, 1, 1, 0}));
  const std::string two = directory_.write(
      "two.npz",
      zip_bytes({x_, {"y.npy", npy_array<double>("<f8", "(2, 2)", {.5, 1, 2, 3}, true)}}));
  const Dataset numbers = read_npz(two, Task::regression).train;
  EXPECT_EQ(numbers.targets, (Floats{.5f, 2, 1, 3}));
  EXPECT_EQ(numbers.schema.target_names, (Names{"y0", "y1"}));
}

TEST_F(Numpy, NewRowsToPredictNeedNoTargets) {
  const Schema schema = read_npz(kFiles + "stored.npz", Task::classification).train.schema;
  const std::string path = directory_.write(
      "x.npz", zip_bytes({{"X.npy", npy_array<std::uint8_t>("|u1", "(1, 4)", {1, 2, 3, 4})}}));
  EXPECT_EQ(read_npz(path, schema, Targets::ignored).features, (Floats{1, 2, 3, 4}));
  EXPECT_EQ(data_error([&] { read_npz(path, schema, Targets::required); }),
            path + ": no array \"y\"");
}

TEST_F(Numpy, RefusesArchivesThatLackAnArray) {
  EXPECT_EQ(npz_error({y_, {"z.npy", ""}, {"note", ""}}),
            "no array \"x\" or \"X\"; there are \"y\", \"z\"");
  EXPECT_EQ(npz_error({x_}), "no array \"y\"");
  EXPECT_EQ(npz_error({{"x_train.npy", x_.contents}, {"y_train.npy", y_.contents}, x_, y_}),
            "no array \"x_test\" or \"X_test\"; there are \"x\", \"x_train\", \"y\", \"y_train\"");
}

TEST_F(Numpy, RefusesArraysThatDoNotFitTogether) {
  const auto with_y = [this](const std::string& bytes) {
    return std::vector<testing::ZipMember>{x_, {"y.npy", bytes}};
  };
  EXPECT_EQ(npz_error({{"x.npy", npy_array<float>("<f4", "(2,)", {1, 2})}, y_}),
            "array \"x\": features have two dimensions or more; this array has 1");
  EXPECT_EQ(npz_error({{"x.npy", npy_array<float>("<f4", "(0, 2)", {})}, y_}),
            "array \"x\": the array is empty");
  EXPECT_EQ(npz_error(with_y(npy_array<float>("<f4", "(3,)", {1, 2, 3}))),
            "array \"y\": 3 rows, where " + directory_.path("a.npz") + ": array \"x\" has 2");
  EXPECT_EQ(npz_error(with_y(npy_array<float>("<f4", "()", {1}))),
            "array \"y\": one number, where " + directory_.path("a.npz") + ": array \"x\" has 2");
  EXPECT_EQ(npz_error(with_y(npy_array<float>("<f4", "(2, 2)", {1, 2, 3, 4}))),
            "array \"y\": targets are one class for each row");
  EXPECT_EQ(npz_error(with_y(npy_array<float>("<f4", "(2, 1, 1)", {1, 2})), Task::regression),
            "array \"y\": targets are an array [rows] or [rows, targets]");
}

TEST_F(Numpy, RefusesValuesThatCannotBe) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto with_y = [&](const std::vector<float>& values) {
    return std::vector<testing::ZipMember>{x_, {"y.npy", npy_array<float>("<f4", "(2,)", values)}};
  };
  EXPECT_EQ(npz_error({{"x.npy", npy_array<float>("<f4", "(1, 2)", {1, nan})}, y_}),
            "array \"x\": row 0, column \"c1\": the value is NaN");
  EXPECT_EQ(npz_error(with_y({1, 0.5f})),
            "array \"y\": row 1: 0.5 is not a whole number, so it cannot be a class; for a numeric "
            "target choose the task regression");
  EXPECT_EQ(
      npz_error(with_y({2, 2})),
      "array \"y\": row 0: every row is of class 2; classification needs two classes or more");
  EXPECT_EQ(npz_error(with_y({1, 2}), Task::multilabel),
            "array \"y\": row 1: a multilabel target is 0 or 1, not 2");
  EXPECT_EQ(npz_error(with_y({1, nan}), Task::regression),
            "array \"y\": row 1, column \"y\": the value is NaN");
  EXPECT_EQ(npz_error({{"x.npy", "no array"}, y_}),
            "array \"x\": this is not an array of NumPy (wrong magic number)");
}

TEST_F(Numpy, LaterArraysFollowTheSchema) {
  const Schema schema = read_npz(kFiles + "stored.npz", Task::classification).train.schema;
  const std::string path = directory_.write("a.npz", zip_bytes({x_, y_}));
  EXPECT_EQ(data_error([&] { read_npz(path, schema, Targets::required); }),
            path + ": array \"x\": 2 features, where the training data has 4");
  const std::string x = directory_.write("x.npy", npy_array<float>("<f4", "(1, 4)", {1, 2, 3, 4}));
  const std::string y = directory_.write("y.npy", npy_array<float>("<f4", "(1,)", {5}));
  EXPECT_EQ(data_error([&] { read_npy_pair(x, y, schema); }),
            y + ": row 0: class 5 does not occur in the training data");
}

TEST_F(Numpy, APairIsOfTwoFiles) {
  const Dataset data =
      read_npy_pair(kFiles + "fortran.npy", kFiles + "labels.npy", Task::classification);
  EXPECT_EQ(data.features, (Floats{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(data.labels, (Labels{1, 0, 1}));
  EXPECT_EQ(read_npy_pair(kFiles + "fortran.npy", kFiles + "labels.npy", data.schema).labels,
            (Labels{1, 0, 1}));
}

TEST_F(Numpy, ATableHasItsTargetsAmongItsColumns) {
  const Dataset last = read_npy(kFiles + "table.npy", "-1", Task::classification);
  EXPECT_EQ(last.features, (Floats{0.5f, -1, 1.5f, 2, -2.5f, 3, 4, 0.25f}));
  EXPECT_EQ(last.labels, (Labels{0, 1, 1, 0}));
  EXPECT_EQ(last.schema.feature_names, (Names{"c0", "c1"}));
  EXPECT_EQ(last.schema.target_names, Names{"c2"});

  const Dataset two = read_npy(kFiles + "table.npy", "1,0", Task::regression);
  EXPECT_EQ(two.features, (Floats{0, 1, 1, 0}));
  EXPECT_EQ(two.targets, (Floats{-1, 0.5f, 2, 1.5f, 3, -2.5f, 0.25f, 4}));
  EXPECT_EQ(read_npy(kFiles + "table.npy", two.schema, Targets::required).targets, two.targets);

  const std::string rows = directory_.write("rows.npy", npy_array<float>("<f4", "(1, 2)", {8, 9}));
  EXPECT_EQ(read_npy(rows, last.schema, Targets::ignored).features, (Floats{8, 9}));
  EXPECT_EQ(data_error([&] { read_npy(rows, last.schema, Targets::required); }),
            rows + ": its 2 columns are not those of the training data");
}

TEST_F(Numpy, RefusesTablesAndTargetsThatAreNone) {
  EXPECT_EQ(table_error("2"), "there is no column \"2\"; columns are numbered from 0 to 1");
  EXPECT_EQ(table_error("y"), "there is no column \"y\"; columns are numbered from 0 to 1");
  EXPECT_EQ(table_error("1,-1", Task::regression),
            "target \"-1\" names a column for the second time");
  EXPECT_EQ(table_error("0,1", Task::regression), "every column is a target");
  const std::string three =
      directory_.write("three.npy", npy_array<float>("<f4", "(1, 3)", {1, 2, 3}));
  EXPECT_EQ(data_error([&] { read_npy(three, "0,1", Task::classification); }),
            three + ": classification has one target, not 2");
  const std::string line = directory_.write("line.npy", npy_array<float>("<f4", "(2,)", {1, 2}));
  EXPECT_EQ(data_error([&] { read_npy(line, "-1", Task::regression); }),
            line +
                ": a table has rows and columns; for features and targets in a file each say "
                "npy:FEATURES,TARGETS");
}

}  // namespace
}  // namespace curb::data
