// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// NumPy's arrays: every type, order and version, and wrong ones.
#include "host/data/npy.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "host/data/file.hpp"
#include "tests/host/data/data_error.hpp"
#include "tests/host/data/npy_bytes.hpp"

namespace curb::data {
namespace {

using testing::data_error;
using testing::npy_array;
using testing::npy_bytes;
using Doubles = std::vector<double>;
using Shape = std::vector<std::size_t>;

std::string numpy_file(const std::string& name) { return read_file(CURB_NUMPY_FILES "/" + name); }

std::string error(const std::string& bytes) {
  const std::string message = data_error([&] { NpyArray(bytes, "a"); });
  EXPECT_TRUE(message.starts_with("a: ")) << message;
  return message.substr(3);
}

template <class Element>
void expect_extremes(const std::string& descr) {
  const Element least = std::numeric_limits<Element>::lowest();
  const Element greatest = std::numeric_limits<Element>::max();
  const NpyArray array(npy_array<Element>(descr, "(3,)", {least, 1, greatest}), "a");
  EXPECT_EQ(array.doubles(),
            (Doubles{static_cast<double>(least), 1, static_cast<double>(greatest)}))
      << descr;
}

TEST(Npy, ReadsEveryType) {
  expect_extremes<float>("<f4");
  expect_extremes<double>("<f8");
  expect_extremes<std::int8_t>("|i1");
  expect_extremes<std::int16_t>("<i2");
  expect_extremes<std::int32_t>("<i4");
  expect_extremes<std::int64_t>("<i8");
  expect_extremes<std::uint8_t>("|u1");
  expect_extremes<std::uint8_t>("<u1");
  expect_extremes<std::uint16_t>("<u2");
  expect_extremes<std::uint32_t>("<u4");
  expect_extremes<std::uint64_t>("<u8");
  EXPECT_EQ(NpyArray(npy_array<std::uint8_t>("|b1", "(2,)", {0, 1}), "a").floats(),
            (std::vector<float>{0, 1}));
}

TEST(Npy, GivesRowsWhateverTheOrderInTheFile) {
  const NpyArray rows(npy_array<float>("<f4", "(2, 3)", {0, 1, 2, 3, 4, 5}), "a");
  EXPECT_EQ(rows.shape(), (Shape{2, 3}));
  EXPECT_EQ(rows.doubles(), (Doubles{0, 1, 2, 3, 4, 5}));
  const NpyArray columns(npy_array<float>("<f4", "(2, 3)", {0, 3, 1, 4, 2, 5}, true), "a");
  EXPECT_EQ(columns.doubles(), (Doubles{0, 1, 2, 3, 4, 5}));
  const NpyArray number(npy_array<double>("<f8", "()", {7}), "a");
  EXPECT_EQ(number.shape(), Shape{});
  EXPECT_EQ(number.doubles(), Doubles{7});
  EXPECT_TRUE(NpyArray(npy_array<float>("<f4", "(2, 0)", {}), "a").floats().empty());
}

TEST(Npy, ReadsWhatNumpyWrote) {
  for (const char* name : {"table.npy", "version2.npy", "version3.npy"}) {
    const NpyArray table(numpy_file(name), name);
    EXPECT_EQ(table.shape(), (Shape{4, 3})) << name;
    EXPECT_EQ(table.doubles(), (Doubles{0.5, -1, 0, 1.5, 2, 1, -2.5, 3, 1, 4, 0.25, 0})) << name;
  }
  const NpyArray fortran(numpy_file("fortran.npy"), "fortran.npy");
  EXPECT_EQ(fortran.shape(), (Shape{3, 2, 2}));
  EXPECT_EQ(fortran.doubles(), (Doubles{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(NpyArray(numpy_file("labels.npy"), "labels.npy").doubles(), (Doubles{7, -1, 7}));
}

TEST(Npy, RefusesOtherTypes) {
  for (const char* descr : {">f4", "<f2", "<c8", "<U5", "|O", "f4", "", "<M8[ns]"}) {
    EXPECT_EQ(error(npy_bytes(
                  "'descr': '" + std::string(descr) + "', 'fortran_order': False, 'shape': (1,), ",
                  "12345678")),
              "elements of type \"" + std::string(descr) +
                  "\" cannot be read; f4, f8, i1 to i8, u1 to u8 and b1 in little-endian order "
                  "can");
  }
  EXPECT_EQ(
      error(npy_bytes("'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,), ", "1234")),
      "elements with named fields cannot be read");
}

TEST(Npy, RefusesHeadersThatAreNone) {
  EXPECT_EQ(error(""), "this is not an array of NumPy (wrong magic number)");
  EXPECT_EQ(error("a,b\n1,2\n"), "this is not an array of NumPy (wrong magic number)");
  const std::string entries = "'descr': '<f4', 'fortran_order': False, 'shape': (1,), ";
  EXPECT_EQ(error(npy_bytes(entries, "1234", 4)),
            "version 4 of the format is not known; 1, 2 and 3 are");
  const std::string whole = npy_bytes(entries, "1234");
  for (const std::size_t length : {8, 9, 10, 11, 127}) {
    EXPECT_EQ(error(whole.substr(0, length)), "the file ends inside its header") << length;
  }
  EXPECT_EQ(error(npy_bytes("'descr': '<f4', 'shape': (1,), ", "1234")),
            "its header lacks one of descr, fortran_order and shape");
  EXPECT_EQ(error(npy_bytes(entries + "'more': True, ", "1234")),
            "its header has an unknown entry \"more\"");
  for (const char* wrong :
       {"'descr': '<f4', 'fortran_order': Maybe", "'descr': '<f4', 'shape': (-1,)",
        "'descr': '<f4', 'shape': (99999999999999999999,)", "'descr': '<f4', 'shape': 3",
        "'descr': '<f4", "'descr' '<f4'", "'shape': (1"}) {
    EXPECT_TRUE(error(npy_bytes(wrong, "1234")).starts_with("its header cannot be understood from"))
        << wrong;
  }
}

TEST(Npy, RefusesAnotherNumberOfElements) {
  EXPECT_EQ(error(npy_array<float>("<f4", "(2, 2)", {1, 2, 3})),
            "it is cut short: its shape promises more than the 3 elements that are there");
  EXPECT_EQ(error(npy_array<float>("<f4", "(2,)", {1, 2, 3})), "4 bytes too many follow the data");
  EXPECT_EQ(error(npy_array<float>("<f4", "(2, 0)", {1})), "4 bytes too many follow the data");
  // The product is 2^64: 0 when it wraps.
  EXPECT_EQ(error(npy_array<float>("<f4", "(4294967296, 4294967296)", {})),
            "it is cut short: its shape promises more than the 0 elements that are there");
}

}  // namespace
}  // namespace curb::data
