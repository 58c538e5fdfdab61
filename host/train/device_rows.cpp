// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/train/device_rows.hpp"

#include <algorithm>
#include <vector>

namespace curb::train {
namespace {

using backend::Buffer;
using backend::Place;

template <class T>
Buffer<T> put(backend::Backend& backend, const std::vector<T>& values, Place place) {
  Buffer<T> buffer(backend, values.size(), place);
  if (place == Place::host) {
    std::copy(values.begin(), values.end(), buffer.data());
  } else {
    buffer.upload(values);
  }
  return buffer;
}

template <class T>
std::size_t bytes_of(const std::vector<T>& values) {
  return values.size() * sizeof(T);
}

}  // namespace

Place place_for(const backend::Backend& backend, const data::Dataset& dataset) {
  const std::size_t bytes =
      bytes_of(dataset.features) + bytes_of(dataset.labels) + bytes_of(dataset.targets);
  return bytes <= backend.free_memory() / 5 * 4 ? Place::device : Place::host;
}

DeviceRows::DeviceRows(backend::Backend& backend, const data::Dataset& dataset, Place place)
    : place_(place),
      rows_(static_cast<std::int64_t>(dataset.rows)),
      columns_(static_cast<std::int64_t>(dataset.columns)),
      target_columns_(dataset.targets.empty()
                          ? 0
                          : static_cast<std::int64_t>(dataset.schema.target_names.size())),
      features_(put(backend, dataset.features, place)),
      labels_(put(backend, dataset.labels, place)),
      target_values_(put(backend, dataset.targets, place)) {}

nn::Targets DeviceRows::targets(std::int64_t first) const {
  if (target_columns_ > 0) return {.values = target_values_.data() + first * target_columns_};
  return {.labels = labels_.data() + first};
}

}  // namespace curb::train
