// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A data set where the device can read it: in its own memory or, where it does not fit, in the
// host's.
#pragma once

#include <cstdint>

#include "host/backend/backend.hpp"
#include "host/data/dataset.hpp"
#include "host/nn/network.hpp"

namespace curb::train {

/// Where `dataset` should lie: on the device if that leaves it a fifth of what is free for the
/// network and its batches.
backend::Place place_for(const backend::Backend& backend, const data::Dataset& dataset);

class DeviceRows {
 public:
  /// Copies `dataset`, which may have no targets. The backend must outlive this.
  DeviceRows(backend::Backend& backend, const data::Dataset& dataset, backend::Place place);
  DeviceRows(backend::Backend& backend, const data::Dataset& dataset)
      : DeviceRows(backend, dataset, place_for(backend, dataset)) {}

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  /// With Place::host, only Backend::gather and the host may follow the pointers below.
  backend::Place place() const { return place_; }

  /// The rows from `first` on.
  const float* features(std::int64_t first = 0) const {
    return features_.data() + first * columns_;
  }
  nn::Targets targets(std::int64_t first = 0) const;
  std::int64_t target_columns() const { return target_columns_; }  ///< 0 where there are labels

 private:
  backend::Place place_;
  std::int64_t rows_;
  std::int64_t columns_;
  std::int64_t target_columns_;
  backend::Buffer<float> features_;
  backend::Buffer<std::int32_t> labels_;
  backend::Buffer<float> target_values_;
};

}  // namespace curb::train
