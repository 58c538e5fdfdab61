// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Zip archives: right ones of every form, and wrong ones.
#include "host/data/zip.hpp"

#include <gtest/gtest.h>

#include <string>

#include "host/data/error.hpp"
#include "tests/host/data/data_error.hpp"
#include "tests/host/data/npy_bytes.hpp"
#include "tests/host/data/temporary_directory.hpp"

namespace curb::data {
namespace {

using testing::data_error;
using testing::zip_bytes;

class Zip : public ::testing::Test {
 protected:
  /// Always a new file: some file systems wait for the disk when one is overwritten.
  std::string write(const std::string& bytes) {
    return directory_.write(std::to_string(++files_) + ".zip", bytes);
  }
  /// The message, less the path, with which opening these bytes and reading member a fails.
  std::string error(const std::string& bytes) {
    const std::string path = write(bytes);
    const std::string message = data_error([&] { ZipFile(path).read("a"); });
    EXPECT_TRUE(message.starts_with(path + ": ")) << message;
    return message.substr(path.size() + 2);
  }

  testing::TemporaryDirectory directory_;
  int files_ = 0;
  const std::string text_ = std::string(1000, 'x') + "and an end";
};

TEST_F(Zip, ReadsStoredAndDeflatedMembersOfBothForms) {
  for (const bool zip64 : {false, true}) {
    for (const std::string& comment :
         {std::string(), std::string("PK\5\6, a comment"), std::string(65535, '.')}) {
      const ZipFile archive(directory_.write(
          "a.zip", zip_bytes({{"b", "short"}, {"a", text_, true}, {"empty", ""}}, zip64, comment)));
      EXPECT_EQ(archive.names(), (std::vector<std::string>{"a", "b", "empty"}));
      EXPECT_EQ(archive.read("a"), text_);
      EXPECT_EQ(archive.read("b"), "short");
      EXPECT_EQ(archive.read("empty"), "");
      EXPECT_FALSE(archive.has("c"));
    }
  }
}

TEST_F(Zip, RefusesWhatIsNone) {
  EXPECT_EQ(error(""), "this is not a zip archive, or it is cut short: its end is missing");
  EXPECT_EQ(error(std::string(100, 'x')),
            "this is not a zip archive, or it is cut short: its end is missing");
}

TEST_F(Zip, RefusesMembersThatCannotBeRead) {
  EXPECT_EQ(error(zip_bytes({{"a", "x", false, 1}})), "member \"a\": it is encrypted");
  std::string other = zip_bytes({{"a", text_, true}});
  other[other.find("PK\1\2") + 10] = 12;
  EXPECT_EQ(error(other),
            "member \"a\": it is packed by method 12, and only stored and deflated members can be "
            "read");
}

// Each single byte made another one, in every form: the true contents or an error, and never a
// crash.
TEST_F(Zip, FindsDamageAnywhere) {
  for (const bool deflated : {false, true}) {
    for (const bool zip64 : {false, true}) {
      const std::string whole = zip_bytes({{"a", "some text, some text", deflated}}, zip64);
      for (std::size_t i = 0; i < whole.size(); ++i) {
        for (const char change : {'\x01', '\xff'}) {
          std::string damaged = whole;
          damaged[i] = static_cast<char>(damaged[i] ^ change);
          const std::string path = write(damaged);
          try {
            const ZipFile archive(path);
            if (archive.has("a")) {
              EXPECT_EQ(archive.read("a"), "some text, some text") << i;
            }
          } catch (const DataError& problem) {
            EXPECT_TRUE(std::string(problem.what()).starts_with(path + ": ")) << problem.what();
          }
        }
      }
      for (std::size_t length = 0; length < whole.size(); ++length) error(whole.substr(0, length));
    }
  }
}

TEST_F(Zip, APromiseOfHugeContentsTakesNoMemory) {
  std::string liar = zip_bytes({{"a", text_, true}}, true);
  const std::string size = testing::little(text_.size(), 8);
  for (std::size_t at = 0; (at = liar.find(size, at)) != std::string::npos; ++at) {
    liar.replace(at, 8, testing::little(std::uint64_t{1} << 60, 8));
  }
  EXPECT_EQ(error(liar), "member \"a\": it is damaged");
}

}  // namespace
}  // namespace curb::data
