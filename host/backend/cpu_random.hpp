// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Dropout and Gaussian noise on the CPU. Element i takes word i % 4 of the stream's block i / 4.
#pragma once

#include <cstdint>

#include "host/backend/backend.hpp"

namespace curb::backend {

/// Where parts of a range that are drawn by themselves may begin: multiples of this.
inline constexpr std::int64_t kRandomTile = 1024;

/// Elements [first, last) of the operation; `first` is a multiple of kRandomTile.
void drop_range(const Dropout& dropout, std::int64_t first, std::int64_t last);
void add_noise_range(const GaussianNoise& noise, std::int64_t first, std::int64_t last);

}  // namespace curb::backend
