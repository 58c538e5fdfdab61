// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The handwritten digits that are compiled in.
#include "host/data/digits.hpp"

#include <span>
#include <string>
#include <vector>

#include "host/data/digits_bytes.hpp"
#include "host/data/message.hpp"

namespace curb::data {
namespace {

constexpr std::size_t kSide = 8;
constexpr std::size_t kPixels = kSide * kSide;
constexpr std::size_t kRowBytes = kPixels + 1;  // the label follows the pixels
constexpr std::size_t kTrainRows = 1347;
static_assert(sizeof(kDigitsBytes) == 1797 * kRowBytes, "data/digits.csv has another shape");

Schema digits_schema() {
  Schema schema;
  schema.task = Task::classification;
  for (std::size_t row = 0; row < kSide; ++row) {
    for (std::size_t column = 0; column < kSide; ++column) {
      schema.feature_names.push_back(numbered(numbered("p", row), column));
    }
  }
  schema.target_names = {"label"};
  schema.class_names = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
  return schema;
}

Dataset unpack(std::span<const std::uint8_t> bytes) {
  Dataset dataset;
  dataset.schema = digits_schema();
  dataset.rows = bytes.size() / kRowBytes;
  dataset.columns = kPixels;
  dataset.image = {8, 8};
  dataset.features.reserve(dataset.rows * kPixels);
  dataset.labels.reserve(dataset.rows);
  for (; !bytes.empty(); bytes = bytes.subspan(kRowBytes)) {
    for (const std::uint8_t pixel : bytes.first(kPixels)) {
      dataset.features.push_back(static_cast<float>(pixel) / 16.0f);
    }
    dataset.labels.push_back(bytes[kPixels]);
  }
  return dataset;
}

}  // namespace

TrainTest load_digits() {
  const std::span<const std::uint8_t> bytes(kDigitsBytes);
  return {.train = unpack(bytes.first(kTrainRows * kRowBytes)),
          .test = unpack(bytes.subspan(kTrainRows * kRowBytes))};
}

}  // namespace curb::data
