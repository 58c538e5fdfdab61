// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Data sets from IDX files: a big-endian header, then bytes.
#include "host/data/idx.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <future>
#include <limits>
#include <optional>
#include <set>
#include <span>
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

// An IDX file of unsigned bytes: the header at once, the values a piece at a time.
class IdxFile {
 public:
  explicit IdxFile(const std::string& path);

  const std::vector<std::size_t>& dimensions() const { return dimensions_; }
  std::size_t count() const { return count_; }  // of the values that the header promises
  std::size_t data_offset() const { return 4 + 4 * dimensions_.size(); }

  // Calls use(piece) for all values in their order, while another thread inflates the next piece.
  // Throws unless there are as many as were promised.
  template <class Use>
  void for_each_piece(Use use);

 private:
  void read_header();
  void read_piece(std::vector<char>& piece, std::size_t left);

  std::string path_;
  InputFile file_;
  std::vector<std::size_t> dimensions_;
  std::size_t count_ = 1;
};

IdxFile::IdxFile(const std::string& path) : path_(path), file_(path) {
  read_header();
  for (const std::size_t dimension : dimensions_) {
    // More than can be counted is also more than any file holds, so for_each_piece refuses it.
    const bool overflows =
        dimension != 0 && count_ > std::numeric_limits<std::size_t>::max() / dimension;
    count_ = overflows ? std::numeric_limits<std::size_t>::max() : count_ * dimension;
  }
}

void IdxFile::read_header() {
  std::array<char, 4 * 256> bytes;
  const auto byte = [&bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const std::size_t magic = file_.read(std::span(bytes).first(4));
  if (magic < 4) throw byte_error(path_, magic, "the file ends inside its magic number");
  if (byte(0) != 0 || byte(1) != 0 || byte(3) == 0) {
    throw byte_error(path_, 0, "this is not an IDX file (wrong magic number)");
  }
  if (byte(2) != kUnsignedByte) {
    throw byte_error(path_, 2, "the elements are " + type_name(byte(2)) + ", not unsigned bytes");
  }
  dimensions_.resize(byte(3));
  const std::size_t received = file_.read(std::span(bytes).subspan(4, data_offset() - 4));
  if (4 + received < data_offset()) {
    throw byte_error(
        path_, 4 + received,
        "the file ends inside its header of " + std::to_string(data_offset()) + " bytes");
  }
  for (std::size_t i = 0; i < dimensions_.size(); ++i) {
    const std::size_t at = 4 + 4 * i;
    dimensions_[i] = std::size_t{byte(at)} << 24 | std::size_t{byte(at + 1)} << 16 |
                     std::size_t{byte(at + 2)} << 8 | std::size_t{byte(at + 3)};
  }
}

// The next piece, when `left` values are still to come.
void IdxFile::read_piece(std::vector<char>& piece, std::size_t left) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  piece.resize(std::min(left, kPiece));
  const std::size_t received = file_.read(piece);
  if (received < piece.size()) {
    const std::size_t available = count_ - left + received;
    throw byte_error(path_, data_offset() + available,
                     "the file is cut short: its header promises more than the " +
                         std::to_string(available) + " bytes of data that are there");
  }
}

template <class Use>
void IdxFile::for_each_piece(Use use) {
  std::vector<char> piece;
  std::vector<char> ahead;
  std::size_t left = count_;
  read_piece(piece, left);
  while (!piece.empty()) {
    left -= piece.size();
    const auto how = left > 0 ? std::launch::async : std::launch::deferred;
    std::future<void> reading = std::async(how, [&] { read_piece(ahead, left); });
    use(std::span<const char>(piece));
    reading.get();
    piece.swap(ahead);
  }
  std::size_t excess = 0;
  for (std::array<char, 4096> rest; const std::size_t received = file_.read(rest);) {
    excess += received;
  }
  if (excess > 0) {
    throw byte_error(path_, data_offset() + count_,
                     std::to_string(excess) + " bytes too many follow the data");
  }
}

Dataset read_images(const std::string& path) {
  IdxFile images(path);
  if (images.dimensions().size() < 2) {
    throw byte_error(path, 3, "images have two dimensions or more; this file has one");
  }
  Dataset dataset;
  dataset.rows = images.dimensions().front();
  if (dataset.rows == 0) throw byte_error(path, 4, "the file holds no image");
  dataset.columns = images.count() / dataset.rows;
  if (dataset.columns == 0) throw byte_error(path, 8, "the images have no pixel");
  if (images.dimensions().size() == 3) {
    dataset.image.assign(images.dimensions().begin() + 1, images.dimensions().end());
  }

  constexpr std::size_t kTrusted = std::size_t{1} << 28;  // a header may promise anything
  std::vector<float>& features = dataset.features;
  features.reserve(std::min(images.count(), kTrusted));
  images.for_each_piece([&features](std::span<const char> piece) {
    const std::size_t first = features.size();
    features.resize(first + piece.size());
    std::transform(
        piece.begin(), piece.end(), features.begin() + static_cast<std::ptrdiff_t>(first),
        [](char byte) { return static_cast<float>(static_cast<unsigned char>(byte)) / 255.0f; });
  });
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
  throw DataError(directory + ": neither " + expected + " nor " + expected +
                  ".gz is there; tools/get_mnist " + directory + " fetches MNIST");
}

Dataset read_mnist_part(const std::string& directory, const std::string& part) {
  return read_pair(find_mnist_file(directory, part + "-images", "idx3-ubyte"),
                   find_mnist_file(directory, part + "-labels", "idx1-ubyte"),
                   std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
}

}  // namespace

IdxArray read_idx(const std::string& path) {
  IdxFile file(path);
  IdxArray array{file.dimensions(), {}, file.data_offset()};
  file.for_each_piece([&array](std::span<const char> piece) {
    array.values.insert(array.values.end(), piece.begin(), piece.end());
  });
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
  std::future<Dataset> test = std::async(std::launch::async, read_mnist_test, directory);
  TrainTest result{read_mnist_part(directory, "train"), test.get()};
  if (result.train.columns != result.test.columns) {
    throw DataError(directory + ": the training images have " +
                    std::to_string(result.train.columns) + " pixels, the test images " +
                    std::to_string(result.test.columns));
  }
  return result;
}

Dataset read_mnist_test(const std::string& directory) { return read_mnist_part(directory, "t10k"); }

}  // namespace curb::data
