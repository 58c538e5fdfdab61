// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The shape of a matrix of weights.
#pragma once

#include <cstdint>
#include <curb/curb.hpp>

namespace curb::bench {

struct Shape {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  Incoming incoming = Incoming::row;

  std::int64_t size() const { return rows * columns; }
  std::int64_t neurons() const { return incoming == Incoming::row ? rows : columns; }
};

}  // namespace curb::bench
