// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// IDX files: right ones, wrong ones, and the real MNIST where it is to be had.
#include "host/data/idx.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "tests/host/data/data_error.hpp"
#include "tests/host/data/gzip.hpp"
#include "tests/host/data/idx_bytes.hpp"
#include "tests/host/data/temporary_directory.hpp"

namespace curb::data {
namespace {

using testing::data_error;
using testing::gzip;
using testing::idx_bytes;
using Labels = std::vector<std::int32_t>;
using Names = std::vector<std::string>;

class Idx : public ::testing::Test {
 protected:
  // The message with which reading `bytes` as one IDX file fails.
  std::string error(const std::string& bytes) {
    const std::string path = directory_.write("i", bytes);
    return after(path + ": ", data_error([&] { read_idx(path); }));
  }
  // The message, about the file `blamed`, with which reading a pair fails.
  std::string pair_error(const std::string& blamed, const std::string& images,
                         const std::string& labels) {
    const std::string images_path = directory_.write("images", images);
    const std::string labels_path = directory_.write("labels", labels);
    return after(directory_.path(blamed) + ": ",
                 data_error([&] { read_idx_pair(images_path, labels_path); }));
  }
  static std::string after(const std::string& prefix, const std::string& message) {
    EXPECT_TRUE(message.starts_with(prefix)) << message;
    return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
  }

  testing::TemporaryDirectory directory_;
  const std::string three_images_ = idx_bytes({3, 1, 2}, {0, 255, 51, 1, 2, 3});
  const std::string three_labels_ = idx_bytes({3}, {7, 2, 7});
};

TEST_F(Idx, ReadsDimensionsAndBytes) {
  const std::string bytes = idx_bytes({2, 1, 3}, {1, 2, 3, 4, 5, 255});
  for (const std::string& variant : {bytes, gzip(bytes)}) {
    const IdxArray array = read_idx(directory_.write("i", variant));
    EXPECT_EQ(array.dimensions, (std::vector<std::size_t>{2, 1, 3}));
    EXPECT_EQ(array.values, (std::vector<std::uint8_t>{1, 2, 3, 4, 5, 255}));
    EXPECT_EQ(array.data_offset, 16u);
  }
  EXPECT_EQ(read_idx(directory_.write("i", idx_bytes({4, 0}, {}))).values.size(), 0u);
}

TEST_F(Idx, RefusesAWrongMagicNumber) {
  EXPECT_EQ(error("a,b\n1,2\n"), "byte 0: this is not an IDX file (wrong magic number)");
  EXPECT_EQ(error(std::string("\0\0\x08\0", 4)),
            "byte 0: this is not an IDX file (wrong magic number)");
  EXPECT_EQ(error(idx_bytes({1}, {0, 0, 0, 0}, 0x0d)),
            "byte 2: the elements are floats, not unsigned bytes");
  EXPECT_EQ(error(idx_bytes({1}, {0}, 0x0a)),
            "byte 2: the elements are an unknown type, not unsigned bytes");
}

TEST_F(Idx, RefusesAFileThatIsTooShortOrTooLong) {
  const std::string bytes = idx_bytes({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(error(""), "byte 0: the file ends inside its magic number");
  EXPECT_EQ(error(bytes.substr(0, 3)), "byte 3: the file ends inside its magic number");
  EXPECT_EQ(error(bytes.substr(0, 11)), "byte 11: the file ends inside its header of 12 bytes");
  EXPECT_EQ(
      error(bytes.substr(0, 17)),
      "byte 17: the file is cut short: its header promises more than the 5 bytes of data that "
      "are there");
  EXPECT_EQ(error(bytes + "xy"), "byte 18: 2 bytes too many follow the data");
  EXPECT_EQ(error(idx_bytes({4, 0}, {1})), "byte 12: 1 bytes too many follow the data");
}

TEST_F(Idx, AHugeHeaderIsRefusedWithoutOverflow) {
  const std::uint32_t huge = 0xffffffff;
  EXPECT_EQ(
      error(idx_bytes({huge, huge, huge}, {1, 2})),
      "byte 18: the file is cut short: its header promises more than the 2 bytes of data that "
      "are there");
  const std::uint32_t half = 0x80000000;  // the product is 2^64: 0 when it wraps
  EXPECT_EQ(
      error(idx_bytes({half, half, 4}, {})),
      "byte 16: the file is cut short: its header promises more than the 0 bytes of data that "
      "are there");
}

TEST_F(Idx, APairIsAClassificationSet) {
  const Dataset data = read_idx_pair(directory_.write("images", three_images_),
                                     directory_.write("labels", gzip(three_labels_)));
  EXPECT_EQ(data.rows, 3u);
  EXPECT_EQ(data.columns, 2u);
  EXPECT_EQ(data.image, (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(data.features, (std::vector<float>{0, 1, 0.2f, 1 / 255.0f, 2 / 255.0f, 3 / 255.0f}));
  EXPECT_EQ(data.labels, (Labels{1, 0, 1}));
  EXPECT_EQ(data.schema.class_names, (Names{"2", "7"}));
  EXPECT_EQ(data.schema.feature_names, (Names{"p0", "p1"}));
}

// Longer than one piece, the next of which is inflated while the last is converted.
TEST_F(Idx, PiecesOfALongFileKeepTheirOrder) {
  const std::uint32_t rows = 3000;
  const std::uint32_t pixels = 1000;
  std::vector<std::uint8_t> bytes(rows * pixels);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * i >> 9);
  std::vector<std::uint8_t> classes(rows, 0);
  classes.back() = 1;
  const std::string packed = gzip(idx_bytes({rows, pixels}, bytes));
  const std::string labels = directory_.write("labels", idx_bytes({rows}, classes));
  const Dataset data = read_idx_pair(directory_.write("images", packed), labels);
  ASSERT_EQ(data.features.size(), bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    ASSERT_EQ(data.features[i], static_cast<float>(bytes[i]) / 255.0f) << i;
  }
  const std::string path = directory_.write("images", packed.substr(0, packed.size() / 2));
  EXPECT_TRUE(data_error([&] {
                read_idx_pair(path, labels);
              }).starts_with(path + ": unexpected end of file (after byte "));
}

TEST_F(Idx, RefusesImagesAndLabelsThatDoNotBelongTogether) {
  EXPECT_EQ(pair_error("labels", three_images_, idx_bytes({2}, {7, 2})),
            "byte 4: 2 labels for the 3 images of " + directory_.path("images"));
  EXPECT_EQ(pair_error("labels", three_images_, three_images_),
            "byte 3: labels have one dimension; this file has 3");
  EXPECT_EQ(pair_error("images", three_labels_, three_labels_),
            "byte 3: images have two dimensions or more; this file has one");
  EXPECT_EQ(pair_error("images", idx_bytes({0, 2}, {}), three_labels_),
            "byte 4: the file holds no image");
  EXPECT_EQ(pair_error("images", idx_bytes({3, 0}, {}), three_labels_),
            "byte 8: the images have no pixel");
  EXPECT_EQ(pair_error("labels", three_images_, idx_bytes({3}, {7, 7, 7})),
            "byte 8: every label is 7; classification needs two classes or more");
}

TEST_F(Idx, LaterPairsFollowTheSchema) {
  const std::string images = directory_.write("images", three_images_);
  const std::string labels = directory_.write("labels", three_labels_);
  const Schema schema = read_idx_pair(images, labels).schema;

  directory_.write("labels", idx_bytes({3}, {2, 2, 2}));
  EXPECT_EQ(read_idx_pair(images, labels, schema).labels, (Labels{0, 0, 0}));
  directory_.write("labels", idx_bytes({3}, {2, 7, 3}));
  EXPECT_EQ(data_error([&] { read_idx_pair(images, labels, schema); }),
            labels + ": byte 10: label 3 is not among the classes 2 to 7");
  directory_.write("labels", three_labels_);
  directory_.write("images", idx_bytes({3, 1}, {1, 2, 3}));
  EXPECT_EQ(data_error([&] { read_idx_pair(images, labels, schema); }),
            images + ": 1 pixels per image, where the training data has 2");
}

TEST_F(Idx, MnistIsFourFilesUnderAnyOfTheirNames) {
  directory_.write("train-images-idx3-ubyte", three_images_);
  directory_.write("train-labels.idx1-ubyte.gz", gzip(three_labels_));
  directory_.write("t10k-images-idx3-ubyte.gz", gzip(idx_bytes({1, 2, 1}, {255, 0})));
  EXPECT_EQ(data_error([&] { read_mnist(directory_.path()); }),
            directory_.path() +
                ": neither t10k-labels-idx1-ubyte nor t10k-labels-idx1-ubyte.gz is there; "
                "tools/get_mnist " +
                directory_.path() + " fetches MNIST");

  const std::string test_labels = directory_.write("t10k-labels.idx1-ubyte", idx_bytes({1}, {9}));
  const TrainTest mnist = read_mnist(directory_.path());
  EXPECT_EQ(mnist.train.labels, (Labels{7, 2, 7}));
  EXPECT_EQ(mnist.test.labels, Labels{9});
  EXPECT_EQ(mnist.test.features, (std::vector<float>{1, 0}));
  EXPECT_EQ(mnist.train.schema, mnist.test.schema);

  directory_.write("t10k-labels.idx1-ubyte", idx_bytes({1}, {10}));
  EXPECT_EQ(data_error([&] { read_mnist(directory_.path()); }),
            test_labels + ": byte 8: label 10 is not among the classes 0 to 9");
  directory_.write("t10k-labels.idx1-ubyte", idx_bytes({1}, {9}));
  directory_.write("t10k-images-idx3-ubyte.gz", idx_bytes({1, 1}, {255}));
  EXPECT_EQ(data_error([&] { read_mnist(directory_.path()); }),
            directory_.path() + ": the training images have 2 pixels, the test images 1");
}

Labels class_counts(const Dataset& data) {
  Labels counts(data.schema.class_names.size());
  for (const std::int32_t label : data.labels) ++counts[static_cast<std::size_t>(label)];
  return counts;
}

TEST(Mnist, IsAsItWasPublished) {
  const char* const directory = std::getenv("CURB_TEST_MNIST");
  if (directory == nullptr) {
    GTEST_SKIP() << "CURB_TEST_MNIST does not name a directory with MNIST's four files";
  }
  const TrainTest mnist = read_mnist(directory);
  EXPECT_EQ(mnist.train.rows, 60000u);
  EXPECT_EQ(mnist.test.rows, 10000u);
  EXPECT_EQ(mnist.train.columns, 784u);
  EXPECT_EQ(class_counts(mnist.train),
            (Labels{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}));
  EXPECT_EQ(class_counts(mnist.test),
            (Labels{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}));
  EXPECT_EQ(Labels(mnist.train.labels.begin(), mnist.train.labels.begin() + 5),
            (Labels{5, 0, 4, 1, 9}));
  EXPECT_EQ(Labels(mnist.test.labels.begin(), mnist.test.labels.begin() + 5),
            (Labels{7, 2, 1, 0, 4}));
  // The well-known mean with which MNIST is normalised.
  const double sum = std::accumulate(mnist.train.features.begin(), mnist.train.features.end(), 0.0);
  EXPECT_NEAR(sum / static_cast<double>(mnist.train.features.size()), 0.1307, 5e-5);
  const auto [least, greatest] =
      std::minmax_element(mnist.train.features.begin(), mnist.train.features.end());
  EXPECT_EQ(*least, 0.0f);
  EXPECT_EQ(*greatest, 1.0f);
}

}  // namespace
}  // namespace curb::data
