// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Runs one launch of the fused step on a tensor that comes from and goes back to the host.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/update.hpp"
#include "tests/kernels/serial_step.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {

/// By how many elements each array is misaligned.
struct Offsets {
  std::size_t weight = 0;
  std::size_t gradient = 0;
  std::size_t state = 0;
  std::size_t mask = 0;
};

/// A HostTensor's arrays on the device.
class DeviceTensor {
 public:
  explicit DeviceTensor(const HostTensor& host, const Offsets& offsets = {})
      : weight_(host.weight, offsets.weight),
        gradient_(host.gradient, offsets.gradient),
        mask_(host.mask, offsets.mask) {
    for (std::size_t s = 0; s < host.state.size(); ++s) {
      if (host.state[s].empty()) continue;
      state_[s] = std::make_unique<DeviceBuffer<float>>(host.state[s], offsets.state);
    }
  }

  float* weight() { return weight_.data(); }
  const float* gradient() const { return gradient_.data(); }
  float* state(std::size_t s) { return state_[s] == nullptr ? nullptr : state_[s]->data(); }
  const std::uint8_t* mask() const { return mask_.size() == 0 ? nullptr : mask_.data(); }

  /// Checks also what lies around the arrays.
  void download(HostTensor& host) const {
    host.weight = weight_.download();
    host.gradient = gradient_.download();
    for (std::size_t s = 0; s < state_.size(); ++s) {
      if (state_[s] != nullptr) host.state[s] = state_[s]->download();
    }
    host.mask = mask_.download();
  }

 private:
  DeviceBuffer<float> weight_;
  DeviceBuffer<float> gradient_;
  std::array<std::unique_ptr<DeviceBuffer<float>>, kernels::kMaxStates> state_;
  DeviceBuffer<std::uint8_t> mask_;
};

/// Runs of [0, length) as long as an item of that tier may be.
inline std::vector<kernels::WorkItem> cut_into_items(kernels::Tier tier, std::int64_t length) {
  const std::int64_t size = kernels::items_per_block(tier);
  std::vector<kernels::WorkItem> items;
  for (std::int64_t first = 0; first < length; first += size) {
    items.push_back({first, static_cast<std::int32_t>(std::min(size, length - first)), 0});
  }
  return items;
}

/// Updates `tensor` by one launch.
inline kernels::RowStatistics device_step(kernels::UpdateKind kind, kernels::Tier tier,
                                          const rules::Coefficients& coefficients,
                                          const std::vector<kernels::WorkItem>& items,
                                          const Offsets& offsets, HostTensor& tensor) {
  DeviceTensor device(tensor, offsets);
  kernels::TensorView view{};
  view.weight = device.weight();
  for (std::size_t s = 0; s < tensor.state.size(); ++s) view.state[s] = device.state(s);
  view.mask = device.mask();
  view.rows = tensor.rows;
  view.columns = tensor.columns;
  view.leading_dimension = tensor.leading_dimension;

  const DeviceBuffer<kernels::TensorView> views({view});
  const DeviceBuffer<const void*> gradients({device.gradient()});
  const DeviceBuffer<rules::Coefficients> device_coefficients({coefficients});
  const DeviceBuffer<kernels::WorkItem> device_items(items);
  DeviceBuffer<kernels::RowStatistics> statistics({kernels::RowStatistics{}});
  kernels::launch_update(
      kind, false, tier, {views.data(), gradients.data(), device_coefficients.data()},
      device_items.data(), static_cast<std::uint32_t>(items.size()), statistics.data(), nullptr);
  device.download(tensor);
  return statistics.download().front();
}

}  // namespace curb::testing
