// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// From what a user calls a device to a backend.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "host/backend/backend.hpp"

namespace curb::backend {

/// Opens "cpu", "cuda" (its first device), "cuda:N", or "auto": CUDA where it is to be had, else
/// the CPU. Null when that device is not to be had; `why` then says why not, and after "auto" why
/// it became what it is. Throws std::invalid_argument for any other name. `precision` is that of a
/// CUDA device's products; the CPU's are in fp32.
std::unique_ptr<Backend> open_backend(const std::string& device, std::string& why,
                                      Precision precision = Precision::fp32);

/// What each CUDA device is, in one line; "cuda:N" opens the N-th. None where there is none, and
/// `why` then says why.
std::vector<std::string> cuda_devices(std::string& why);

}  // namespace curb::backend
