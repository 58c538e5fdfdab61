// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Data sets from CSV: headers, targets, classes, and every way a file can be wrong.
#include "host/data/csv.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/host/data/data_error.hpp"
#include "tests/host/data/gzip.hpp"
#include "tests/host/data/temporary_directory.hpp"

namespace curb::data {
namespace {

using testing::data_error;
using testing::gzip;
using Floats = std::vector<float>;
using Labels = std::vector<std::int32_t>;
using Names = std::vector<std::string>;

class Csv : public ::testing::Test {
 protected:
  Dataset read(const std::string& text, const CsvOptions& options = {}) {
    return read_csv(directory_.write("t.csv", text), options);
  }
  Dataset read_later(const std::string& text, const Schema& schema) {
    return read_csv(directory_.write("t.csv", text), schema, std::nullopt);
  }
  Dataset read_to_predict(const std::string& text, const Schema& schema) {
    return read_csv(directory_.write("t.csv", text), schema, std::nullopt, Targets::ignored);
  }
  // The messages with which reading fails, without the directory.
  std::string error(const std::string& text, const CsvOptions& options = {}) {
    return without_directory(data_error([&] { read(text, options); }));
  }
  std::string later_error(const std::string& text, const Schema& schema) {
    return without_directory(data_error([&] { read_later(text, schema); }));
  }

 private:
  std::string without_directory(const std::string& message) {
    const std::string prefix = directory_.path() + "/";
    return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
  }

  testing::TemporaryDirectory directory_;
};

TEST_F(Csv, ReadsATableWithAHeader) {
  const Dataset data = read("a,b,kind\n1,2.5,7\n-3,+4e1,-2\n0.1,6,7.0\n");
  EXPECT_EQ(data.rows, 3u);
  EXPECT_EQ(data.columns, 2u);
  EXPECT_EQ(data.features, (Floats{1, 2.5f, -3, 40, 0.1f, 6}));
  EXPECT_EQ(data.labels, (Labels{1, 0, 1}));
  EXPECT_TRUE(data.targets.empty());
  EXPECT_EQ(data.schema, (Schema{.task = Task::classification,
                                 .feature_names = {"a", "b"},
                                 .target_names = {"kind"},
                                 .class_names = {"-2", "7"}}));
}

TEST_F(Csv, ReadsEveryDialectAlike) {
  const std::string text = "a,b,kind\n1,2,x\n3,4,y\n";
  const Dataset expected = read(text);
  const std::string quoted_text = "\xef\xbb\xbf\"a\", b ,kind\r\n\r\n\"1\",2,\"x\"\r\n 3,\t4, y";
  for (const std::string& variant : {gzip(text), quoted_text}) {
    const Dataset data = read(variant);
    EXPECT_EQ(data.schema, expected.schema);
    EXPECT_EQ(data.features, expected.features);
    EXPECT_EQ(data.labels, expected.labels);
  }
}

TEST_F(Csv, FindsOutWhetherThereIsAHeader) {
  EXPECT_EQ(read("1,2,0\n3,4,1\n").schema.feature_names, (Names{"c0", "c1"}));
  EXPECT_EQ(read("a,b,c\n3,4,1\n5,6,0\n").schema.feature_names, (Names{"a", "b"}));
  EXPECT_EQ(read("0,1,kind\n3,4,1\n5,6,0\n").schema.feature_names, (Names{"0", "1"}));
  EXPECT_EQ(read("0,1,kind\n3,4,x\n5,6,y\n").schema.feature_names, (Names{"0", "1"}));
  // A number below text is proof enough, though a class is called as its column is.
  EXPECT_EQ(read("a,kind\n3,kind\n5,other\n").schema.feature_names, Names{"a"});
  // Text that turns up again in its column is a label of the first row, not the column's name.
  const Dataset data = read("3,4,cat\n5,6,dog\n7,8,cat\n");
  EXPECT_EQ(data.schema.feature_names, (Names{"c0", "c1"}));
  EXPECT_EQ(data.labels, (Labels{0, 1, 0}));
}

TEST_F(Csv, TheCallerMayKnowBetterWhetherThereIsAHeader) {
  const Dataset with = read("1,2,0\n3,4,1\n5,6,0\n", {.header = true});
  EXPECT_EQ(with.schema.feature_names, (Names{"1", "2"}));
  EXPECT_EQ(with.rows, 2u);
  const Dataset without = read("3,4,cat\n5,6,dog\n", {.header = false});
  EXPECT_EQ(without.schema.class_names, (Names{"cat", "dog"}));
  EXPECT_EQ(without.rows, 2u);
}

TEST_F(Csv, TheTargetHasANameOrANumber) {
  const std::string text = "kind,a,1\nx,1,2\ny,3,4\n";
  for (const char* target : {"kind", "0", "-3"}) {
    const Dataset data = read(text, {.target = target});
    EXPECT_EQ(data.schema.target_names, Names{"kind"}) << target;
    EXPECT_EQ(data.schema.feature_names, (Names{"a", "1"})) << target;
    EXPECT_EQ(data.features, (Floats{1, 2, 3, 4})) << target;
  }
  // A name goes before a number.
  EXPECT_EQ(read("a,1,0\n3,4,5\n6,7,8\n", {.target = "1"}).schema.target_names, Names{"1"});
  EXPECT_EQ(read("a,b,0\n3,4,5\n6,7,8\n", {.target = "0"}).schema.target_names, Names{"0"});
  EXPECT_EQ(read("1,2\n3,4\n", {.target = "c0"}).schema.target_names, Names{"c0"});
}

TEST_F(Csv, ClassesAreSortedNumbersByValueAndTextByBytes) {
  EXPECT_EQ(read("1,10\n1,9\n1,-1\n1,9.0\n").schema.class_names, (Names{"-1", "9", "10"}));
  EXPECT_EQ(read("1,b\n1,10\n1,9\n1,B\n", {.header = false}).schema.class_names,
            (Names{"10", "9", "B", "b"}));
  EXPECT_EQ(read("1,01\n1,1\n1,x\n", {.header = false}).schema.class_names,
            (Names{"01", "1", "x"}));
}

TEST_F(Csv, ReadsRegressionTargets) {
  const Dataset data = read("a,price\n1,2.5\n3,-4\n", {.task = Task::regression});
  EXPECT_EQ(data.targets, (Floats{2.5f, -4}));
  EXPECT_TRUE(data.labels.empty());
  EXPECT_EQ(data.schema.task, Task::regression);
  EXPECT_TRUE(data.schema.class_names.empty());
  const Dataset two = read("y,a,x\n1,2,3\n4,5,6\n", {.task = Task::regression, .target = "x, y"});
  EXPECT_EQ(two.targets, (Floats{3, 1, 6, 4}));  // in the order asked for
  EXPECT_EQ(two.schema.target_names, (Names{"x", "y"}));
}

TEST_F(Csv, ReadsMultilabelTargets) {
  const CsvOptions options = {.task = Task::multilabel, .target = "red,-1"};
  const Dataset data = read("a,red,round\n1,0,1\n2,1,1.0\n", options);
  EXPECT_EQ(data.features, (Floats{1, 2}));
  EXPECT_EQ(data.targets, (Floats{0, 1, 1, 1}));
  EXPECT_EQ(error("a,red,round\n1,0,2\n", options),
            "t.csv:2: column \"round\": a multilabel target is 0 or 1, not \"2\"");
}

TEST_F(Csv, ATargetsNameMayHoldACommaOfItsOwn) {
  const Dataset data = read("a,\"x,y\"\n1,2\n3,4\n", {.task = Task::regression, .target = "x,y"});
  EXPECT_EQ(data.schema.target_names, Names{"x,y"});
}

TEST_F(Csv, RefusesATargetThatIsNotThere) {
  const std::string text = "age,price,kind\n1,2,0\n3,4,1\n";
  EXPECT_EQ(error(text, {.target = "pric"}),
            "t.csv: no column is named \"pric\"; did you mean \"price\"?");
  EXPECT_EQ(error("1,2\n3,4\n", {.target = "kind"}),
            "t.csv: no column is named \"kind\"; the file has no header, so say the column's "
            "number");
  EXPECT_EQ(error(text, {.target = "3"}), "t.csv: there is no column 3; the last one is 2");
  EXPECT_EQ(error(text, {.target = "-4"}), "t.csv: there is no column -4; the last one is 2");
  EXPECT_EQ(error(text, {.target = ""}), "t.csv: no column is named \"\"");
  EXPECT_EQ(error(text, {.task = Task::regression, .target = "age,"}),
            "t.csv: no column is named \"\"");
}

TEST_F(Csv, RefusesTargetsThatDoNotFitTheTask) {
  const std::string text = "a,b,c\n1,2,0\n3,4,1\n";
  EXPECT_EQ(error(text, {.target = "b,c"}),
            "t.csv: classification has one target, and \"b,c\" names 2");
  EXPECT_EQ(error(text, {.task = Task::regression, .target = "c,-1"}),
            "t.csv: target \"c,-1\" names a column twice");
  EXPECT_EQ(error(text, {.task = Task::regression, .target = "a,b,c"}),
            "t.csv: no column is left for the features");
  EXPECT_EQ(error("a;b\n1;2\n"),
            "t.csv: no column is left for the features; the separator must be a comma");
}

TEST_F(Csv, RefusesAFileWithoutRows) {
  EXPECT_EQ(error(""), "t.csv: the file is empty");
  EXPECT_EQ(error("\n\n"), "t.csv: the file is empty");
  EXPECT_EQ(error("a,b,c\n"), "t.csv: a header, and no row below it");
}

TEST_F(Csv, RefusesARaggedRow) {
  EXPECT_EQ(error("a,b,c\n1,2,0\n\n3,4\n"),
            "t.csv:4: the row has 2 fields, the header 3; column \"c\" is missing");
  EXPECT_EQ(error("1,2,0\n3,4,1,9\n"),
            "t.csv:2: the row has 4 fields, the first row 3; the first one too many is \"9\"");
}

TEST_F(Csv, RefusesFeaturesThatAreNotFiniteNumbers) {
  const auto field = [&](const std::string& text) {
    return error("a,b,c\n1,2,0\n3," + text + ",1\n");
  };
  EXPECT_EQ(field("x"), "t.csv:3: column \"b\": expected a number, found \"x\"");
  EXPECT_EQ(field(""),
            "t.csv:3: column \"b\": the field is empty, and missing values are not filled in");
  EXPECT_EQ(field("nan"), "t.csv:3: column \"b\": \"nan\" is not a finite number");
  EXPECT_EQ(field("-inf"), "t.csv:3: column \"b\": \"-inf\" is not a finite number");
  EXPECT_EQ(field("1e39"), "t.csv:3: column \"b\": \"1e39\" is beyond the range of float");
  EXPECT_EQ(read("a,b,c\n1e-50,3.4028235e38,0\n0,0,1\n").features,
            (Floats{0, 3.4028235e38f, 0, 0}));  // too small is 0, and the largest is itself
}

TEST_F(Csv, NamesTheLineOnWhichARecordOfSeveralLinesBegins) {
  EXPECT_EQ(error("a,b\n1,\"two\nlines\"\nx,y\n"),
            "t.csv:4: column \"a\": expected a number, found \"x\"");
}

TEST_F(Csv, RefusesTargetsThatAreNotNumbers) {
  const CsvOptions regression = {.task = Task::regression};
  EXPECT_EQ(error("a,y\n1,2\n3,high\n", regression),
            "t.csv:3: column \"y\": expected a number, found \"high\"");
  EXPECT_EQ(error("a,y\n1,nan\n", regression),
            "t.csv:2: column \"y\": \"nan\" is not a finite number");
}

TEST_F(Csv, RefusesWhatCannotBeAClass) {
  EXPECT_EQ(error("a,y\n1,2\n3,2.5\n"),
            "t.csv:3: column \"y\": \"2.5\" is neither text nor a whole number, so it cannot be a "
            "class; for a numeric target choose the task regression");
  EXPECT_EQ(error("a,y\n1,2\n3,\n"), "t.csv:3: column \"y\": the class is missing");
  EXPECT_EQ(error("a,y\n1,cat\n3,cat\n"),
            "t.csv:2: column \"y\": every row is of class \"cat\"; classification needs two "
            "classes or more");
}

TEST_F(Csv, RefusesTextThatIsNotUtf8) {
  EXPECT_EQ(error("a,b\n1,caf\xe9\n"), "t.csv:2: this is not UTF-8 text; iconv can convert it");
  EXPECT_EQ(error(std::string("\xff\xfe"
                              "a\0,\0",
                              6)),
            "t.csv:1: this is not UTF-8 text; iconv can convert it");
}

TEST_F(Csv, RefusesTwoColumnsOfOneName) {
  EXPECT_EQ(error("a,b,a\n1,2,0\n"), "t.csv:1: two columns are named \"a\"");
}

TEST_F(Csv, LaterFilesFollowTheSchemaWhateverTheirOrder) {
  const Schema schema = read("a,b,kind\n1,2,x\n3,4,y\n5,6,z\n").schema;
  const Dataset data = read_later("kind,b,a\nz,7,8\ny,9,10\n", schema);
  EXPECT_EQ(data.schema, schema);
  EXPECT_EQ(data.features, (Floats{8, 7, 10, 9}));
  EXPECT_EQ(data.labels, (Labels{2, 1}));  // their own classes would have been 1 and 0
  EXPECT_EQ(read_later("a,b,kind\n1,2,y\n", schema).labels, Labels{1});  // one class is enough here
}

TEST_F(Csv, LaterFilesHaveAHeaderIfTheirFirstRowHoldsKnownNames) {
  const Schema headless = read("1,2,x\n3,4,y\n5,6,x\n").schema;
  EXPECT_EQ(read_later("1,2,y\n3,4,x\n", headless).labels, (Labels{1, 0}));
  EXPECT_EQ(read_later("7,8,y\n", headless).features, (Floats{7, 8}));
  const Schema named = read("0,1,kind\n1,2,x\n3,4,y\n").schema;
  EXPECT_EQ(read_later("0,1,kind\n5,6,y\n", named).features, (Floats{5, 6}));
}

TEST_F(Csv, LaterFilesMayWriteAWholeNumberDifferently) {
  const Schema schema = read("1,2,7\n3,4,8\n").schema;
  EXPECT_EQ(read_later("1,2,8.0\n3,4,7\n", schema).labels, (Labels{1, 0}));
}

TEST_F(Csv, RowsToPredictNeedNoTarget) {
  const Schema schema = read("a,b,kind\n1,2,x\n3,4,y\n").schema;
  for (const char* text : {"b,a\n6,5\n", "kind,b,a\nunheard of,6,5\n"}) {
    const Dataset data = read_to_predict(text, schema);
    EXPECT_EQ(data.features, (Floats{5, 6})) << text;
    EXPECT_TRUE(data.labels.empty()) << text;
  }
  EXPECT_EQ(later_error("b,a\n6,5\n", schema),
            "t.csv: column \"kind\" of the training data is missing here");
}

TEST_F(Csv, RefusesAClassThatTrainingDidNotHave) {
  const Schema schema = read("a,kind\n1,x\n2,y\n").schema;
  EXPECT_EQ(later_error("a,kind\n1,x\n2,z\n", schema),
            "t.csv:3: column \"kind\": class \"z\" does not occur in the training data");
}

TEST_F(Csv, RefusesOtherColumnsThanTrainingHad) {
  const Schema schema = read("a,b,kind\n1,2,x\n3,4,y\n").schema;
  EXPECT_EQ(later_error("a,kind\n1,x\n", schema),
            "t.csv: column \"b\" of the training data is missing here");
  EXPECT_EQ(later_error("a,b,c,kind\n1,2,3,x\n", schema),
            "t.csv: column \"c\" is not in the training data");
  EXPECT_EQ(later_error("1,2,x\n3,4,x\n", schema),
            "t.csv: column \"a\" of the training data is missing here; this file has no header");
}

}  // namespace
}  // namespace curb::data
