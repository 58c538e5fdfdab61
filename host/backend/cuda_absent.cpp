// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Stands where cuda_backend.cpp would in a build without CUDA.
#include <stdexcept>

#include "host/backend/cuda_backend.hpp"

namespace curb::backend {
namespace {

constexpr const char* kReason = "this build has no CUDA backend";

}  // namespace

std::vector<std::string> cuda_devices(std::string& why) {
  why = kReason;
  return {};
}

std::unique_ptr<Backend> make_cuda_backend(int, Precision) { throw std::runtime_error(kReason); }

}  // namespace curb::backend
