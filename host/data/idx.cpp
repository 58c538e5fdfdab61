// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Data sets from IDX files: a big-endian header, then bytes.
#include "host/data/idx.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "host/data/error.hpp"
#include "host/data/file.hpp"
#include "host/data/message.hpp"

namespace curb::data {
namespace {

constexpr unsigned kUnsignedByte = 0x08;

DataError byte_error(const std::string& path, std::size_t offset, const std::string& message) {
  return DataError(path + ": byte " + std::to_string(offset) + ": " + message);
}

std::string type_name(unsigned type) {
  switch (type) {
    case 0x09:
      return "signed bytes";
    case 0x0b:
      return "16-bit integers";
    case 0x0c:
      return "32-bit integers";
    case 0x0d:
      return "floats";
    case 0x0e:
      return "doubles";
    default:
      return "an unknown type";
  }
}

Dataset read_images(const std::string& path) {
  const IdxArray images = read_idx(path);
  if (images.dimensions.size() < 2) {
    throw byte_error(path, 3, "images have two dimensions or more; this file has one");
  }
  Dataset dataset;
  dataset.rows = images.dimensions[0];
  if (dataset.rows == 0) throw byte_error(path, 4, "the file holds no image");
  dataset.columns = images.values.size() / dataset.rows;
  if (dataset.columns == 0) throw byte_error(path, 8, "the images have no pixel");
  dataset.features.reserve(images.values.size());
  for (const std::uint8_t value : images.values) {
    dataset.features.push_back(static_cast<float>(value) / 255.0f);
  }
  return dataset;
}

IdxArray read_labels(const std::string& path, const std::string& images, std::size_t rows) {
  IdxArray labels = read_idx(path);
  if (labels.dimensions.size() != 1) {
    throw byte_error(
        path, 3,
        "labels have one dimension; this file has " + std::to_string(labels.dimensions.size()));
  }
  if (labels.values.size() != rows) {
    throw byte_error(path, 4,
                     std::to_string(labels.values.size()) + " labels for the " +
                         std::to_string(rows) + " images of " + images);
  }
  return labels;
}

std::vector<std::string> learn_classes(const std::string& path, const IdxArray& labels) {
  const std::set<std::uint8_t> values(labels.values.begin(), labels.values.end());
  if (values.size() < 2) {
    throw byte_error(path, labels.data_offset,
                     "every label is " + std::to_string(*values.begin()) +
                         "; classification needs two classes or more");
  }
  std::vector<std::string> names;
  for (const std::uint8_t value : values) names.push_back(std::to_string(value));
  return names;
}

void number_labels(const std::string& path, const IdxArray& labels, Dataset& dataset) {
  const std::vector<std::string>& names = dataset.schema.class_names;
  std::array<std::int32_t, 256> index;
  index.fill(-1);
  for (unsigned value = 0; value < index.size(); ++value) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == std::to_string(value)) index[value] = static_cast<std::int32_t>(i);
    }
  }
  dataset.labels.reserve(labels.values.size());
  for (std::size_t i = 0; i < labels.values.size(); ++i) {
    const std::uint8_t value = labels.values[i];
    if (index[value] < 0) {
      throw byte_error(path, labels.data_offset + i,
                       "label " + std::to_string(value) + " is not among the classes " +
                           names.front() + " to " + names.back());
    }
    dataset.labels.push_back(index[value]);
  }
}

// `class_names` are learnt when absent.
Dataset read_pair(const std::string& images, const std::string& labels,
                  std::optional<std::vector<std::string>> class_names) {
  Dataset dataset = read_images(images);
  const IdxArray indices = read_labels(labels, images, dataset.rows);
  for (std::size_t i = 0; i < dataset.columns; ++i) {
    dataset.schema.feature_names.push_back(numbered("p", i));
  }
  dataset.schema.target_names = {"label"};
  dataset.schema.class_names =
      class_names ? *std::move(class_names) : learn_classes(labels, indices);
  number_labels(labels, indices, dataset);
  return dataset;
}

// The file in `directory` called `stem` with one of the endings under which MNIST travels.
std::string find_mnist_file(const std::string& directory, const std::string& stem,
                            const std::string& kind) {
  const std::string expected = stem + "-" + kind;
  for (const std::string& name :
       {expected, expected + ".gz", stem + "." + kind, stem + "." + kind + ".gz"}) {
    const std::filesystem::path path = std::filesystem::path(directory) / name;
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) return path.string();
  }
  throw DataError(directory + ": neither " + expected + " nor " + expected + ".gz is there");
}

}  // namespace

IdxArray read_idx(const std::string& path) {
  const std::string contents = read_file(path);
  const auto byte = [&contents](std::size_t i) { return static_cast<unsigned char>(contents[i]); };
  if (contents.size() < 4) {
    throw byte_error(path, contents.size(), "the file ends inside its magic number");
  }
  if (byte(0) != 0 || byte(1) != 0 || byte(3) == 0) {
    throw byte_error(path, 0, "this is not an IDX file (wrong magic number)");
  }
  if (byte(2) != kUnsignedByte) {
    throw byte_error(path, 2, "the elements are " + type_name(byte(2)) + ", not unsigned bytes");
  }

  IdxArray array;
  array.data_offset = 4 + 4 * std::size_t{byte(3)};
  if (contents.size() < array.data_offset) {
    throw byte_error(
        path, contents.size(),
        "the file ends inside its header of " + std::to_string(array.data_offset) + " bytes");
  }
  for (std::size_t at = 4; at < array.data_offset; at += 4) {
    array.dimensions.push_back(std::size_t{byte(at)} << 24 | std::size_t{byte(at + 1)} << 16 |
                               std::size_t{byte(at + 2)} << 8 | std::size_t{byte(at + 3)});
  }
  const std::size_t available = contents.size() - array.data_offset;
  const bool empty =
      std::find(array.dimensions.begin(), array.dimensions.end(), 0u) != array.dimensions.end();
  std::size_t count = empty ? 0 : 1;
  for (const std::size_t dimension : array.dimensions) {
    if (count != 0 && count > available / dimension) {  // asked this way, nothing can overflow
      throw byte_error(path, contents.size(),
                       "the file is cut short: its header promises more than the " +
                           std::to_string(available) + " bytes of data that are there");
    }
    count *= dimension;
  }
  if (count != available) {
    throw byte_error(path, array.data_offset + count,
                     std::to_string(available - count) + " bytes too many follow the data");
  }
  array.values.assign(contents.begin() + static_cast<std::ptrdiff_t>(array.data_offset),
                      contents.end());
  return array;
}

Dataset read_idx_pair(const std::string& images, const std::string& labels) {
  return read_pair(images, labels, std::nullopt);
}

Dataset read_idx_pair(const std::string& images, const std::string& labels, const Schema& schema) {
  Dataset dataset = read_pair(images, labels, schema.class_names);
  if (dataset.columns != schema.feature_names.size()) {
    throw DataError(images + ": " + std::to_string(dataset.columns) + " pixels per image, where " +
                    "the training data has " + std::to_string(schema.feature_names.size()));
  }
  dataset.schema = schema;
  return dataset;
}

TrainTest read_mnist(const std::string& directory) {
  const std::vector<std::string> digits = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
  const auto read = [&](const std::string& part) {
    return read_pair(find_mnist_file(directory, part + "-images", "idx3-ubyte"),
                     find_mnist_file(directory, part + "-labels", "idx1-ubyte"), digits);
  };
  TrainTest result{read("train"), read("t10k")};
  if (result.train.columns != result.test.columns) {
    throw DataError(directory + ": the training images have " +
                    std::to_string(result.train.columns) + " pixels, the test images " +
                    std::to_string(result.test.columns));
  }
  return result;
}

}  // namespace curb::data
