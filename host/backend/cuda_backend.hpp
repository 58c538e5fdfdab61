// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The CUDA backend as the choice of a device sees it: no CUDA header. cuda_absent.cpp stands for it
// in a build without CUDA.
#pragma once

#include <memory>

#include "host/backend/open.hpp"

namespace curb::backend {

/// Opens device `index`. Throws std::runtime_error, which says why, where it is not to be had or
/// this program has no code for it.
std::unique_ptr<Backend> make_cuda_backend(int index, Precision precision = Precision::fp32);

}  // namespace curb::backend
