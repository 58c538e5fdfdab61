// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/train/device_rows.hpp"

#include <span>

namespace curb::train {

DeviceRows::DeviceRows(backend::Backend& backend, const data::Dataset& dataset)
    : rows_(static_cast<std::int64_t>(dataset.rows)),
      columns_(static_cast<std::int64_t>(dataset.columns)),
      target_columns_(dataset.targets.empty()
                          ? 0
                          : static_cast<std::int64_t>(dataset.schema.target_names.size())),
      features_(backend, dataset.features.size()),
      labels_(backend, dataset.labels.size()),
      target_values_(backend, dataset.targets.size()) {
  features_.upload(dataset.features);
  labels_.upload(dataset.labels);
  target_values_.upload(dataset.targets);
}

nn::Targets DeviceRows::targets(std::int64_t first) const {
  if (target_columns_ > 0) return {.values = target_values_.data() + first * target_columns_};
  return {.labels = labels_.data() + first};
}

}  // namespace curb::train
