// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// open_data: which reader a name leads to, and what validation and test sets may and may not do.
#include "host/data/open.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/host/data/data_error.hpp"
#include "tests/host/data/gzip.hpp"
#include "tests/host/data/idx_bytes.hpp"
#include "tests/host/data/npy_bytes.hpp"
#include "tests/host/data/temporary_directory.hpp"

namespace curb::data {
namespace {

using testing::data_error;
using testing::idx_bytes;
using Floats = std::vector<float>;
using Labels = std::vector<std::int32_t>;

class Open : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& contents) {
    return directory_.write(name, contents);
  }
  static std::string error(const std::string& spec, const DataOptions& options = {}) {
    return data_error([&] { open_data(spec, options); });
  }

  testing::TemporaryDirectory directory_;
  const std::string table_ = write("train.csv", "a,kind\n0,x\n2,y\n4,x\n6,y\n");
};

const std::string kKnownData = std::string(" (data are ") + kDataForms + ")";

TEST_F(Open, DigitsBringTheirTestRows) {
  const DataSets sets = open_data("digits", {});
  EXPECT_EQ(sets.train.rows, 1347u);
  EXPECT_EQ(sets.test.value().rows, 450u);
  EXPECT_FALSE(sets.validation);
  EXPECT_FALSE(sets.standardisation);
}

TEST_F(Open, MnistBringsItsTestRows) {
  write("train-images-idx3-ubyte", idx_bytes({2, 1}, {1, 2}));
  write("train-labels-idx1-ubyte", idx_bytes({2}, {3, 4}));
  write("t10k-images-idx3-ubyte", idx_bytes({1, 1}, {5}));
  write("t10k-labels-idx1-ubyte", idx_bytes({1}, {6}));
  const DataSets sets = open_data("mnist:" + directory_.path(), {});
  EXPECT_EQ(sets.train.labels, (Labels{3, 4}));
  EXPECT_EQ(sets.test.value().labels, Labels{6});
  EXPECT_EQ(open_data("mnist:" + directory_.path(), sets.train.schema, std::nullopt).labels,
            Labels{6});
}

TEST_F(Open, CsvFilesAreKnownByTheirEndingOrAPrefix) {
  const std::string text = "a,kind\n0,x\n2,y\n";
  for (const std::string& spec :
       {write("t.csv", text), write("T.CSV", text), write("t.csv.gz", testing::gzip(text)),
        "csv:" + write("t.data", text)}) {
    const DataSets sets = open_data(spec, {});
    EXPECT_EQ(sets.train.features, (Floats{0, 2})) << spec;
    EXPECT_FALSE(sets.test) << spec;
  }
}

TEST_F(Open, NumpyAndLibsvmFilesAreKnownByTheirEndingOrAPrefix) {
  const std::string table = testing::npy_array<float>("<f4", "(2, 2)", {1, 0, 2, 1});
  const std::string y = testing::npy_array<float>("<f4", "(2,)", {0, 1});
  const std::string archive = testing::zip_bytes({{"x.npy", table}, {"y.npy", y}});
  for (const std::string& spec : {write("t.npy", table), write("t.npy.gz", testing::gzip(table)),
                                  "npy:" + write("table", table), write("t.libsvm", "0 1:1\n1 1:2"),
                                  "libsvm:" + write("text", "0 1:1\n1 1:2")}) {
    EXPECT_EQ(open_data(spec, {}).train.features, (Floats{1, 2})) << spec;
  }
  for (const std::string& spec : {write("t.NPZ", archive), "npz:" + write("archive", archive),
                                  "npy:" + write("x", table) + "," + write("y", y)}) {
    EXPECT_EQ(open_data(spec, {}).train.features, (Floats{1, 0, 2, 1})) << spec;
    DataOptions options;
    options.test = options.validation = spec;
    const DataSets sets = open_data(spec, options);
    EXPECT_EQ(sets.test.value().labels, (Labels{0, 1})) << spec;
    EXPECT_EQ(sets.validation.value().labels, (Labels{0, 1})) << spec;
    EXPECT_EQ(open_data(spec, sets.train.schema, std::nullopt).labels, (Labels{0, 1})) << spec;
  }
}

TEST_F(Open, AnArchiveThatBringsTestRowsTakesNoOthers) {
  const std::string divided = CURB_NUMPY_FILES "/divided.npz";
  EXPECT_EQ(open_data(divided, {}).test.value().rows, 1u);
  DataOptions options;
  options.test = divided;
  EXPECT_EQ(
      error(divided, options),
      divided + ": these data bring their own test rows, so test \"" + divided + "\" has no place");
}

TEST_F(Open, CsvOptionsReachTheReader) {
  const DataSets sets = open_data(write("t.csv", "1,2\n3,4\n5,6\n"),
                                  {.task = Task::regression, .target = "0", .header = true});
  EXPECT_EQ(sets.train.targets, (Floats{3, 5}));
  EXPECT_EQ(sets.train.schema.feature_names, std::vector<std::string>{"2"});
}

TEST_F(Open, AnIdxPairMayHaveATestPair) {
  const std::string train =
      "idx:" + write("i", idx_bytes({2, 1}, {0, 255})) + "," + write("l", idx_bytes({2}, {4, 9}));
  const std::string test =
      "idx:" + write("ti", idx_bytes({1, 1}, {255})) + "," + write("tl", idx_bytes({1}, {9}));
  DataOptions options;
  options.test = test;
  const DataSets sets = open_data(train, options);
  EXPECT_EQ(sets.train.features, (Floats{0, 1}));
  EXPECT_EQ(sets.test.value().labels, Labels{1});
}

TEST_F(Open, UnknownDataAreRefusedWithASuggestion) {
  EXPECT_EQ(error("digit"), "unknown data \"digit\"; did you mean \"digits\"?" + kKnownData);
  EXPECT_EQ(error("minst:there"),
            "unknown data \"minst:there\"; did you mean \"mnist\"?" + kKnownData);
  EXPECT_EQ(error("table.parquet"), "unknown data \"table.parquet\"" + kKnownData);
  const std::string folder = directory_.path();
  EXPECT_EQ(error(folder), "unknown data \"" + folder +
                               "\"; for a directory with MNIST's files say mnist:" + folder +
                               kKnownData);
  const std::string file = write("t.txt", "1,2\n");
  EXPECT_EQ(error(file), "unknown data \"" + file +
                             "\"; if the file is comma-separated say csv:" + file + kKnownData);
  EXPECT_EQ(error("idx:images"), "\"idx:images\": the labels are missing; say idx:IMAGES,LABELS");
}

TEST_F(Open, AMissingFileIsNamed) {
  const std::string missing = directory_.path("none.csv");
  EXPECT_EQ(error(missing), missing + ": cannot open: No such file or directory");
}

TEST_F(Open, OptionsThatDoNotFitTheDataAreRefused) {
  DataOptions task, target, header, test, validation;
  task.task = Task::regression;
  target.target = "label";
  header.header = false;
  test.test = table_;
  validation.validation = table_;
  EXPECT_EQ(error("digits", task), "digits: these data are for classification only");
  EXPECT_EQ(error("digits", target),
            "digits: target is for CSV files and tables in an NPY file only");
  EXPECT_EQ(error("digits", header), "digits: header is for CSV files only");
  EXPECT_EQ(error("digits", test), "digits: these data bring their own test rows, so test \"" +
                                       table_ + "\" has no place");
  EXPECT_EQ(error("digits", validation),
            "\"" + table_ + "\" is not of the kind of the training data");
  test.test = "digits";
  EXPECT_EQ(error(table_, test), "\"digits\" is not of the kind of the training data");
}

TEST_F(Open, TestRowsDoNotChooseTheClasses) {
  DataOptions options;
  options.test = write("test.csv", "a,kind\n1,y\n");
  EXPECT_EQ(open_data(table_, options).test.value().labels, Labels{1});
  write("test.csv", "a,kind\n1,y\n1,a\n");
  EXPECT_EQ(error(table_, options),
            options.test + ":3: column \"kind\": class \"a\" does not occur in the training data");
}

TEST_F(Open, ValidationIsAFileOrAFraction) {
  DataOptions options;
  options.validation = write("validation.csv", "a,kind\n9,y\n");
  const DataSets with_file = open_data(table_, options);
  EXPECT_EQ(with_file.train.rows, 4u);
  EXPECT_EQ(with_file.validation.value().features, Floats{9});

  options.validation = "0.25";
  options.seed = 3;
  const DataSets drawn = open_data(table_, options);
  EXPECT_EQ(drawn.train.rows, 3u);
  EXPECT_EQ(drawn.validation.value().rows, 1u);
  EXPECT_EQ(drawn.validation->features, open_data(table_, options).validation->features);

  options.validation = "1.5";
  EXPECT_EQ(error(table_, options), "validation fraction 1.500000 must lie between 0 and 1");
}

TEST_F(Open, TheFirstTrainingRowsMayBeAllThereAre) {
  DataOptions options;
  options.train_rows = 3;
  options.test = table_;
  const DataSets first = open_data(table_, options);
  EXPECT_EQ(first.train.features, (Floats{0, 2, 4}));
  EXPECT_EQ(first.train.labels, (Labels{0, 1, 0}));
  EXPECT_EQ(first.test.value().rows, 4u);

  options.validation = "0.34";
  const DataSets divided = open_data(table_, options);
  EXPECT_EQ(divided.train.rows, 2u);
  EXPECT_EQ(divided.validation.value().rows, 1u);
  EXPECT_LT(divided.validation->features[0], 6.0f);

  options.train_rows = 5;
  EXPECT_EQ(error(table_, options),
            table_ + ": there are 4 training rows, of which the first 5 are asked for");
}

TEST_F(Open, AFractionLeavesTheTestRowsAlone) {
  DataOptions options;
  options.validation = "0.1";
  const DataSets sets = open_data("digits", options);
  EXPECT_EQ(sets.train.rows, 1212u);
  EXPECT_EQ(sets.validation.value().rows, 135u);
  EXPECT_EQ(sets.test.value().features, open_data("digits", {}).test->features);
}

TEST_F(Open, StandardisationIsLearntFromTrainingRowsAndAppliedToAll) {
  DataOptions options;
  options.standardize = true;
  options.validation = write("validation.csv", "a,kind\n3,y\n");
  options.test = write("test.csv", "a,kind\n1003,y\n");
  const DataSets sets = open_data(table_, options);  // 0 2 4 6: mean 3, variance 5
  EXPECT_EQ(sets.standardisation.value().mean, Floats{3});
  EXPECT_FLOAT_EQ(sets.standardisation->scale[0], std::sqrt(5.0f));
  EXPECT_FLOAT_EQ(sets.train.features[0], -3 / std::sqrt(5.0f));
  EXPECT_EQ(sets.validation.value().features, Floats{0});
  EXPECT_FLOAT_EQ(sets.test.value().features[0], 1000 / std::sqrt(5.0f));
}

TEST_F(Open, RowsSetApartForValidationDoNotEnterTheStandardisation) {
  DataOptions options;
  options.validation = "0.25";
  const DataSets plain = open_data(table_, options);
  options.standardize = true;
  EXPECT_EQ(open_data(table_, options).standardisation.value().mean,
            learn_standardisation(plain.train).mean);
}

TEST_F(Open, AValueThatStandardisingMakesInfiniteIsRefused) {
  DataOptions options;
  options.standardize = true;
  options.test = write("test.csv", "a,kind\n1e30,y\n");
  const std::string narrow = write("narrow.csv", "a,kind\n0,x\n1e-20,y\n");
  EXPECT_EQ(error(narrow, options),
            "test rows, standardised: row 0, column \"a\": the value is infinite");
}

TEST_F(Open, LaterDataAreOpenedWithTheSchemaOfTheModel) {
  const Schema table = open_data(table_, {}).train.schema;
  EXPECT_EQ(open_data(write("later.csv", "kind,a\ny,7\n"), table, std::nullopt).labels, Labels{1});

  const Schema digits = open_data("digits", {}).train.schema;
  EXPECT_EQ(open_data("digits", digits, std::nullopt).rows, 450u);
  EXPECT_EQ(data_error([&] { open_data("digits", table, std::nullopt); }),
            "digits: the columns or classes are not those of the training data");
}

}  // namespace
}  // namespace curb::data
