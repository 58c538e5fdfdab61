// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The small pieces under the readers: numbers, UTF-8, messages, whole files.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "host/data/file.hpp"
#include "host/data/message.hpp"
#include "host/data/number.hpp"
#include "host/data/utf8.hpp"
#include "tests/host/data/data_error.hpp"
#include "tests/host/data/gzip.hpp"
#include "tests/host/data/temporary_directory.hpp"

namespace curb::data {
namespace {

using testing::data_error;
using testing::gzip;
using testing::TemporaryDirectory;

TEST(Number, ReadsDecimalForms) {
  EXPECT_EQ(parse_number("3"), 3.0);
  EXPECT_EQ(parse_number("-0.5"), -0.5);
  EXPECT_EQ(parse_number("+1e-3"), 1e-3);
  EXPECT_EQ(parse_number(".5"), 0.5);
  EXPECT_EQ(parse_number("inf"), HUGE_VAL);
  EXPECT_TRUE(std::isnan(parse_number("nan").value()));
}

TEST(Number, RefusesTheRest) {
  for (const char* text : {"", "+", "-", "+-1", "++1", " 1", "1 ", "1x", "1,5", "0x10", "1e999"}) {
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
  }
}

TEST(WholeNumber, TakesEveryWayToWriteOne) {
  EXPECT_EQ(parse_whole_number("7"), 7);
  EXPECT_EQ(parse_whole_number("7.0"), 7);
  EXPECT_EQ(parse_whole_number("-3e2"), -300);
  EXPECT_EQ(parse_whole_number("9007199254740992"), 9007199254740992);
}

TEST(WholeNumber, RefusesFractionsAndWhatDoubleCannotTellApart) {
  for (const char* text : {"0.5", "nan", "inf", "x", "9007199254740994"}) {
    EXPECT_EQ(parse_whole_number(text), std::nullopt) << text;
  }
}

TEST(Utf8, AcceptsEveryLengthAndTheEdgesOfEach) {
  for (const char* text :
       {"", "plain", "\xc2\x80 \xdf\xbf", "\xe0\xa0\x80 \xed\x9f\xbf \xef\xbf\xbf",
        "\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(find_invalid_utf8(text), std::string_view::npos) << text;
  }
}

TEST(Utf8, FindsTheFirstByteThatIsWrong) {
  EXPECT_EQ(find_invalid_utf8("caf\xe9"), 3u);  // Latin-1
  EXPECT_EQ(find_invalid_utf8("\xff\xfe"
                              "a"),
            0u);                                          // UTF-16's mark
  EXPECT_EQ(find_invalid_utf8("a\x80"), 1u);              // continuation without a lead
  EXPECT_EQ(find_invalid_utf8("a\xc1\xbf"), 1u);          // overlong
  EXPECT_EQ(find_invalid_utf8("a\xe0\x9f\xbf"), 1u);      // overlong
  EXPECT_EQ(find_invalid_utf8("a\xed\xa0\x80"), 1u);      // surrogate
  EXPECT_EQ(find_invalid_utf8("a\xf0\x8f\xbf\xbf"), 1u);  // overlong
  EXPECT_EQ(find_invalid_utf8("a\xf4\x90\x80\x80"), 1u);  // past U+10FFFF
  EXPECT_EQ(find_invalid_utf8("a\xe2\x82"), 1u);          // cut short
  EXPECT_EQ(find_invalid_utf8("a\xe2\x82z"), 1u);         // broken off
}

TEST(Message, QuotesStayOnOneLine) {
  EXPECT_EQ(in_quotes("a b"), "\"a b\"");
  EXPECT_EQ(in_quotes(std::string("a\n\0z", 4)), "\"a\\x0a\\x00z\"");
}

TEST(Message, QuotesCutLongTextBetweenCharacters) {
  const std::string x58(58, 'x');
  EXPECT_EQ(in_quotes(x58 + "yz!"), '"' + x58 + "yz...\"");
  EXPECT_EQ(in_quotes(x58 + "y\xc3\xa9"), '"' + x58 + "y...\"");
  EXPECT_EQ(in_quotes(x58 + "\xc3\xa9"), '"' + x58 + "\xc3\xa9\"");
}

TEST(Message, SuggestsTheNearestNameOnly) {
  const std::vector<std::string> names = {"digits", "mnist", "csv"};
  EXPECT_EQ(did_you_mean("digit", names), "; did you mean \"digits\"?");
  EXPECT_EQ(did_you_mean("minst", names), "; did you mean \"mnist\"?");
  EXPECT_EQ(did_you_mean("cvs", names), "; did you mean \"csv\"?");
  EXPECT_EQ(did_you_mean("parquet", names), "");
  EXPECT_EQ(did_you_mean("", names), "");
}

TEST(File, ReadsPlainAndGzipAlike) {
  const TemporaryDirectory directory;
  std::string contents;
  for (int i = 0; i < 300000; ++i) contents += std::to_string(i);  // more than one chunk
  EXPECT_EQ(read_file(directory.write("plain.gz", contents)), contents);
  EXPECT_EQ(read_file(directory.write("packed", gzip(contents))), contents);
  EXPECT_EQ(read_file(directory.write("two members", gzip("one ") + gzip("two"))), "one two");
  EXPECT_EQ(read_file(directory.write("empty", "")), "");
  EXPECT_EQ(read_file(directory.write("packed empty", gzip(""))), "");
}

TEST(File, NamesTheFileThatCannotBeRead) {
  const TemporaryDirectory directory;
  const std::string missing = directory.path("missing");
  EXPECT_EQ(data_error([&] { read_file(missing); }),
            missing + ": cannot open: No such file or directory");
  EXPECT_EQ(data_error([&] { read_file(directory.path()); }),
            directory.path() + ": Is a directory (after byte 0)");
}

TEST(File, FindsGzipDataCutShortAtEveryLength) {
  const TemporaryDirectory directory;
  const std::string packed = gzip("some text, some text, some text");
  for (std::size_t length = 2; length < packed.size(); ++length) {
    const std::string path = directory.write("cut", packed.substr(0, length));
    EXPECT_NE(data_error([&] { read_file(path); }).find(path + ": unexpected end of file"),
              std::string::npos)
        << length;
  }
}

TEST(File, FindsDamagedGzipData) {
  const TemporaryDirectory directory;
  std::string packed = gzip("some text, some text, some text");
  packed[packed.size() - 6] ^= 1;  // in the checksum
  const std::string path = directory.write("damaged", packed);
  EXPECT_EQ(data_error([&] { read_file(path); }), path + ": incorrect data check (after byte 0)");
}

}  // namespace
}  // namespace curb::data
