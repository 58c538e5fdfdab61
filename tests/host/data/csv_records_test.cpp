// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// RFC 4180, rule by rule.
#include "host/data/csv_records.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/host/data/data_error.hpp"

namespace curb::data {
namespace {

using testing::data_error;
using Fields = std::vector<std::string>;
using Records = std::vector<std::pair<std::size_t, Fields>>;

Records read_all(std::string_view text) {
  CsvRecords records(text, "t.csv");
  Records result;
  for (CsvRecord record; records.next(record);) {
    result.emplace_back(record.line, Fields(record.fields.begin(), record.fields.end()));
  }
  return result;
}

TEST(CsvRecords, SplitsAtCommasAndAtEveryKindOfLineEnd) {
  const Records expected = {{1, {"a", "b"}}, {2, {"1", "2"}}, {3, {"3", "4"}}};
  EXPECT_EQ(read_all("a,b\n1,2\n3,4\n"), expected);
  EXPECT_EQ(read_all("a,b\r\n1,2\r\n3,4\r\n"), expected);
  EXPECT_EQ(read_all("a,b\r1,2\r3,4\r"), expected);
  EXPECT_EQ(read_all("a,b\n1,2\n3,4"), expected);  // the last line end may be missing
}

TEST(CsvRecords, KeepsEmptyFields) {
  EXPECT_EQ(read_all(",\n"), (Records{{1, {"", ""}}}));
  EXPECT_EQ(read_all("a,,b,\n"), (Records{{1, {"a", "", "b", ""}}}));
  EXPECT_EQ(read_all("\"\",x"), (Records{{1, {"", "x"}}}));
}

TEST(CsvRecords, SkipsEmptyLinesButCountsThem) {
  EXPECT_EQ(read_all(""), Records{});
  EXPECT_EQ(read_all("\n\r\n\n"), Records{});
  EXPECT_EQ(read_all("\na\n\n\nb\n\n"), (Records{{2, {"a"}}, {5, {"b"}}}));
}

TEST(CsvRecords, QuotesHoldCommasLineEndsAndDoubledQuotes) {
  EXPECT_EQ(read_all("\"a,b\",\"c\"\"d\",\"\"\"\"\n"), (Records{{1, {"a,b", "c\"d", "\""}}}));
  EXPECT_EQ(read_all("\"two\nlines\",x\ny,z"),
            (Records{{1, {"two\nlines", "x"}}, {3, {"y", "z"}}}));
  EXPECT_EQ(read_all("\"one\r\ntwo\rthree\"\nx"),
            (Records{{1, {"one\r\ntwo\rthree"}}, {4, {"x"}}}));
}

TEST(CsvRecords, BlanksAroundAFieldDoNotBelongToIt) {
  EXPECT_EQ(read_all(" a b\t, \" c \" ,\td\n"), (Records{{1, {"a b", " c ", "d"}}}));
}

TEST(CsvRecords, FieldsOutliveLaterRecords) {
  CsvRecords records("\"a\"\"b\"\n\"c\"\"d\"\n\"e\"\"f\"\n", "t.csv");
  std::vector<std::string_view> kept;
  for (CsvRecord record; records.next(record);) kept.push_back(record.fields[0]);
  EXPECT_EQ(kept, (std::vector<std::string_view>{"a\"b", "c\"d", "e\"f"}));
}

TEST(CsvRecords, NamesTheLineOfAQuoteOutOfPlace) {
  EXPECT_EQ(data_error([] { read_all("a\n\"b\nc\n"); }),
            "t.csv:2: a quote opens here and is never closed");
  EXPECT_EQ(data_error([] { read_all("a\n\"b\nc\"d\n"); }),
            "t.csv:3: text after the closing quote of \"b\\x0ac\"");
  EXPECT_EQ(data_error([] { read_all("a\n5\"\n"); }),
            "t.csv:2: a quote inside an unquoted field: the whole field needs quotes, and a quote "
            "within it is doubled");
}

}  // namespace
}  // namespace curb::data
