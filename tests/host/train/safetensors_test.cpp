// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Safetensors: the bytes on disk, the way back, and every field a damaged file can have wrong.
#include "host/train/safetensors.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/data/file.hpp"
#include "tests/host/data/data_error.hpp"
#include "tests/host/data/temporary_directory.hpp"

namespace curb::train {
namespace {

using testing::data_error;
using Floats = std::vector<float>;
using Shape = std::vector<std::size_t>;

// A file with this header and `data_bytes` bytes of data.
std::string file_bytes(const std::string& header, std::size_t data_bytes) {
  const std::uint64_t length = header.size();
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes + header + std::string(data_bytes, '\0');
}

class SafetensorsTest : public ::testing::Test {
 protected:
  // The message with which reading `bytes` fails, without the path.
  std::string error(const std::string& bytes) {
    directory_.write("m", bytes);
    const std::string message = data_error([&] { read_safetensors(path_); });
    EXPECT_TRUE(message.starts_with(path_ + ": ")) << message;
    return message.substr(std::min(message.size(), path_.size() + 2));
  }

  testing::TemporaryDirectory directory_;
  const std::string path_ = directory_.path("m");
};

TEST_F(SafetensorsTest, WritesTheFormatByteForByte) {
  const Floats values = {1.0f, -2.0f};
  write_safetensors(path_, std::vector<TensorView>{{"w", {2, 1}, values}}, {{"k", "v"}});
  const std::string header =
      R"({"__metadata__":{"k":"v"},"w":{"data_offsets":[0,8],"dtype":"F32","shape":[2,1]}})";
  std::string expected = file_bytes(header + "       ", 8);  // to a multiple of 8 bytes
  std::memcpy(expected.data() + expected.size() - 8, values.data(), 8);
  EXPECT_EQ(data::read_file(path_), expected);
}

TEST_F(SafetensorsTest, GivesBackWhatWasWritten) {
  const Floats weight = {1, 2, 3, 4, 5, 6},
               bias = {-0.0f, std::numeric_limits<float>::denorm_min()}, scalar = {3.25f};
  const Metadata metadata = {{"format", "curb"}, {"quoted \"name\"", "line\nline \xc3\xa9"}};
  write_safetensors(path_,
                    std::vector<TensorView>{{"layers.10.weight", {2, 3}, weight},
                                            {"layers.2.bias", {2}, bias},
                                            {"empty", {0, 4}, {}},
                                            {"scalar", {}, scalar}},
                    metadata);
  const Safetensors file = read_safetensors(path_);
  EXPECT_EQ(file.metadata, metadata);
  ASSERT_EQ(file.tensors.size(), 4u);
  EXPECT_EQ(file.tensors.at("layers.10.weight").shape, (Shape{2, 3}));
  EXPECT_EQ(file.tensors.at("layers.10.weight").values, weight);
  EXPECT_EQ(file.tensors.at("layers.2.bias").values, bias);
  EXPECT_TRUE(std::signbit(file.tensors.at("layers.2.bias").values[0]));
  EXPECT_EQ(file.tensors.at("empty").shape, (Shape{0, 4}));
  EXPECT_TRUE(file.tensors.at("empty").values.empty());
  EXPECT_EQ(file.tensors.at("scalar").shape, Shape{});
  EXPECT_EQ(file.tensors.at("scalar").values, scalar);
}

TEST_F(SafetensorsTest, KeepsNanAndInfinityBitForBit) {
  Floats values = {std::nanf("0x123"), -INFINITY};
  write_safetensors(path_, std::vector<TensorView>{{"w", {2}, values}}, {});
  const Floats read = read_safetensors(path_).tensors.at("w").values;
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(std::memcmp(read.data(), values.data(), sizeof(float) * 2), 0);
}

TEST_F(SafetensorsTest, AFileWithoutTensorsIsAFile) {
  write_safetensors(path_, {}, {});
  const Safetensors file = read_safetensors(path_);
  EXPECT_TRUE(file.tensors.empty());
  EXPECT_TRUE(file.metadata.empty());
}

TEST_F(SafetensorsTest, RefusesToWriteWhatCannotBeRead) {
  const Floats two = {1, 2};
  const auto write = [&](const std::vector<TensorView>& tensors, const Metadata& metadata = {}) {
    try {
      write_safetensors(path_, tensors, metadata);
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_EQ(write({{"w", {2}, two}, {"w", {2}, two}}),
            "write_safetensors: tensor \"w\": the name is used twice");
  EXPECT_EQ(write({{"__metadata__", {2}, two}}),
            "write_safetensors: tensor \"__metadata__\": the name is reserved");
  EXPECT_EQ(write({{"w", {3}, two}}),
            "write_safetensors: tensor \"w\": the shape does not fit 2 values");
  EXPECT_TRUE(write({{"\xff", {2}, two}}).starts_with("write_safetensors: a string is not UTF-8"));
  EXPECT_TRUE(write({}, {{"k", "\xff"}}).starts_with("write_safetensors: a string is not UTF-8"));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(SafetensorsTest, AFileThatCannotBeWrittenOrReadIsNamed) {
  const std::string path = directory_.path("none/m");
  EXPECT_EQ(data_error([&] { write_safetensors(path, {}, {}); }),
            path + ": cannot write: No such file or directory");
  EXPECT_EQ(data_error([&] { read_safetensors(path); }),
            path + ": cannot read: No such file or directory");
  EXPECT_EQ(data_error([&] { read_safetensors(directory_.path()); }),
            directory_.path() + ": cannot read: Is a directory");
}

TEST_F(SafetensorsTest, RefusesAFileCutShortAnywhere) {
  const Floats values = {1, 2, 3};
  write_safetensors(path_, std::vector<TensorView>{{"w", {3}, values}}, {{"k", "v"}});
  const std::string whole = data::read_file(path_);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(error(whole.substr(0, length)).empty()) << length;
  }
}

TEST_F(SafetensorsTest, RefusesAWrongLengthOfTheHeader) {
  EXPECT_EQ(error("1234567"), "the file is cut short inside the length of its header");
  EXPECT_EQ(error("a,b,c,d\n1,2,3,4\n"),
            "the header should have 748772242508360801 bytes, and only 8 follow (cut short, or not "
            "a safetensors file)");
}

TEST_F(SafetensorsTest, RefusesAHeaderThatIsNoJsonObject) {
  EXPECT_TRUE(error(file_bytes("{\"w\":", 0)).starts_with("the header is not JSON: "));
  EXPECT_TRUE(error(file_bytes("{\"\xff\":1}", 0)).starts_with("the header is not JSON: "));
  EXPECT_EQ(error(file_bytes("[]", 0)), "the header is not a JSON object");
}

TEST_F(SafetensorsTest, RefusesWrongMetadata) {
  EXPECT_EQ(error(file_bytes(R"({"__metadata__":[]})", 0)), "__metadata__ is not a JSON object");
  EXPECT_EQ(error(file_bytes(R"({"__metadata__":{"k":1}})", 0)),
            "__metadata__: \"k\" is not a string");
}

TEST_F(SafetensorsTest, NamesTheTensorWhoseEntryIsWrong) {
  const auto entry_error = [&](const std::string& entry) {
    return error(file_bytes(R"({"w":)" + entry + "}", 8));
  };
  EXPECT_EQ(entry_error("7"), "tensor \"w\": its entry is not a JSON object");
  EXPECT_EQ(entry_error(R"({"shape":[2],"data_offsets":[0,8]})"),
            "tensor \"w\": dtype is not a string");
  EXPECT_EQ(entry_error(R"({"dtype":32,"shape":[2],"data_offsets":[0,8]})"),
            "tensor \"w\": dtype is not a string");
  EXPECT_EQ(entry_error(R"({"dtype":"F64","shape":[1],"data_offsets":[0,8]})"),
            "tensor \"w\": dtype is \"F64\"; only F32 is read");
  const std::string no_shape = "tensor \"w\": shape is not a list of whole numbers";
  EXPECT_EQ(entry_error(R"({"dtype":"F32","data_offsets":[0,8]})"), no_shape);
  EXPECT_EQ(entry_error(R"({"dtype":"F32","shape":2,"data_offsets":[0,8]})"), no_shape);
  EXPECT_EQ(entry_error(R"({"dtype":"F32","shape":[-2],"data_offsets":[0,8]})"), no_shape);
  EXPECT_EQ(entry_error(R"({"dtype":"F32","shape":[2.0],"data_offsets":[0,8]})"), no_shape);
  EXPECT_EQ(entry_error(R"({"dtype":"F32","shape":[2]})"),
            "tensor \"w\": data_offsets is not a list of whole numbers");
  const std::string no_range = "tensor \"w\": data_offsets are not a begin and an end";
  EXPECT_EQ(entry_error(R"({"dtype":"F32","shape":[2],"data_offsets":[0]})"), no_range);
  EXPECT_EQ(entry_error(R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})"), no_range);
}

TEST_F(SafetensorsTest, RefusesAShapeThatDoesNotFitItsBytes) {
  const auto shape_error = [&](const std::string& shape, int end) {
    return error(file_bytes(R"({"w":{"dtype":"F32","shape":)" + shape + R"(,"data_offsets":[0,)" +
                                std::to_string(end) + "]}}",
                            static_cast<std::size_t>(end)));
  };
  EXPECT_EQ(shape_error("[3]", 8), "tensor \"w\": its shape does not fit its 8 bytes");
  EXPECT_EQ(shape_error("[]", 8), "tensor \"w\": its shape does not fit its 8 bytes");
  EXPECT_EQ(shape_error("[1]", 6), "tensor \"w\": its shape does not fit its 6 bytes");
  // 2^32 * 2^32 wraps to 0.
  EXPECT_EQ(shape_error("[4294967296,4294967296]", 0),
            "tensor \"w\": its shape does not fit its 0 bytes");
}

TEST_F(SafetensorsTest, RefusesTensorsThatDoNotCoverTheData) {
  const auto two = [&](const std::string& first, const std::string& second,
                       std::size_t data_bytes) {
    const auto entry = [](const std::string& offsets) {
      return R"({"dtype":"F32","shape":[2],"data_offsets":)" + offsets + "}";
    };
    return error(
        file_bytes(R"({"a":)" + entry(first) + R"(,"b":)" + entry(second) + "}", data_bytes));
  };
  EXPECT_EQ(
      two("[0,8]", "[4,12]", 12),
      "tensor \"b\": it begins at byte 4 of the data, inside the tensor before it, which ends "
      "at 8");
  EXPECT_EQ(two("[12,20]", "[0,8]", 20),
            "tensor \"a\": it begins at byte 12 of the data, leaving a gap after byte 8");
  EXPECT_EQ(two("[0,8]", "[8,16]", 12),
            "tensor \"b\": it ends at byte 16 of the data, and the file has 12");
  EXPECT_EQ(two("[0,8]", "[8,16]", 19), "3 bytes after the last tensor belong to none");
  EXPECT_EQ(error(file_bytes("{}", 1)), "1 bytes after the last tensor belong to none");
}

TEST_F(SafetensorsTest, RefusesANameThatOccursTwice) {
  const std::string entry = R"("w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]})";
  EXPECT_EQ(error(file_bytes("{" + entry + "," + entry + "}", 0)), "the header has \"w\" twice");
}

}  // namespace
}  // namespace curb::train
