// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Bytes where a plan of either device can have them.
#pragma once

#include <algorithm>
#include <curb/curb.hpp>
#include <memory>

#include "tests/cases/case_problem.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {

/// Memory of the device where a plan runs: CUDA's, or the host's own.
class PlanMemory {
 public:
  PlanMemory(const Device& device, const Bytes& bytes) : host_(bytes) {
    if (device.kind == Device::Kind::cuda && !bytes.empty()) {
      device_ = std::make_unique<DeviceBuffer<unsigned char>>(bytes);
    }
  }

  /// Null where there are no bytes.
  void* data() {
    if (host_.empty()) return nullptr;
    return device_ == nullptr ? host_.data() : device_->data();
  }
  void upload(const Bytes& bytes) {
    if (device_ == nullptr) {
      std::copy(bytes.begin(), bytes.end(), host_.begin());  // it stays where it is
    } else {
      device_->upload(bytes);
    }
  }
  Bytes download() const { return device_ == nullptr ? host_ : device_->download(); }

 private:
  Bytes host_;
  std::unique_ptr<DeviceBuffer<unsigned char>> device_;
};

}  // namespace curb::testing
