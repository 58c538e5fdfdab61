// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What the benchmarks of many tensors step, on the host and on a GPU.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "bench/shape.hpp"
#include "bench/step_cases.hpp"

namespace curb::bench {

/// Four groups of different L1, momentum with elastic net. Tensor i belongs to group i modulo 4.
inline std::vector<Group> many_groups() {
  std::vector<Group> groups(4, momentum_elastic_net());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    groups[i].name = "group " + std::to_string(i);
    groups[i].hyperparameters.l1 *= static_cast<float>(i + 1);
  }
  return groups;
}

/// That many tensors of 64 to 4,096 weights, the same every time.
inline std::vector<Shape> many_shapes(int count) {
  std::mt19937 engine(20261121);
  std::vector<Shape> shapes;
  for (int i = 0; i < count; ++i) {
    shapes.push_back({1, 64 + static_cast<std::int64_t>(engine() % 4033), Incoming::row});
  }
  return shapes;
}

}  // namespace curb::bench
