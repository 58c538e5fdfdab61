// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// The coding of the oracle files on a few bytes written by hand, and what the reader refuses.
#include "tests/oracles/tensor_file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace curb::testing {
namespace {

class TensorFile : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string test = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    directory_ = std::filesystem::path(::testing::TempDir()) / ("curb_tensor_file_" + test);
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::map<std::string, Matrix> read(const std::string& index, const std::string& codes) const {
    std::ofstream(directory_ / "t.txt") << index;
    std::ofstream(directory_ / "t.bin", std::ios::binary) << codes;
    return read_tensors(directory_ / "t");
  }

  std::filesystem::path directory_;
};

// a = (+0, -0, the least positive double): the numbers 0, -1, 1, folded to 0, 1, 2.
// b = a + (1, 1, -3), folded to 2, 2, 5.
// one = 1.0, whose bits 0x3FF0000000000000 take nine bytes when folded.
const std::string kIndex =
    "# comment\n"
    "a 1 3 0 - adacca03a7d1cf64\n"
    "b 1 3 3 a 7a24dda44dc0a945\n"
    "one 1 1 6 - aab1693229ba1db8\n";
const std::string kCodes(
    "\x00\x01\x02\x02\x02\x05"
    "\x80\x80\x80\x80\x80\x80\x80\xF0\x7F",
    15);

TEST_F(TensorFile, DecodesDifferencesFromABase) {
  const auto tensors = read(kIndex, kCodes);
  const double least = std::numeric_limits<double>::denorm_min();
  EXPECT_EQ(tensors.at("a").values, (std::vector<double>{0.0, -0.0, least}));
  EXPECT_TRUE(std::signbit(tensors.at("a").values[1]));
  EXPECT_EQ(tensors.at("b").values, (std::vector<double>{least, 0.0, -least}));
  EXPECT_EQ(tensors.at("one").values, std::vector<double>{1.0});
}

TEST_F(TensorFile, RefusesAChangedByte) {
  std::string codes = kCodes;
  codes[1] = '\x03';
  EXPECT_THROW(read(kIndex, codes), std::runtime_error);
}

TEST_F(TensorFile, RefusesAShortFile) {
  EXPECT_THROW(read(kIndex, kCodes.substr(0, kCodes.size() - 1)), std::runtime_error);
}

TEST_F(TensorFile, RefusesANumberWithoutEnd) {
  EXPECT_THROW(read("a 1 1 0 - 0\n", std::string(20, '\xFF')), std::runtime_error);
}

TEST_F(TensorFile, RefusesABaseThatIsNotThereYet) {
  EXPECT_THROW(read("b 1 3 3 a 7a24dda44dc0a945\n", kCodes), std::runtime_error);
}

TEST_F(TensorFile, NamesAFileThatIsMissing) {
  try {
    read_tensors(directory_ / "absent");
    FAIL() << "no exception";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("absent.bin"), std::string::npos);
  }
}

}  // namespace
}  // namespace curb::testing
