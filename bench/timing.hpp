// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Timing on the host.
#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

namespace curb::bench {

template <class Work>
double seconds_of(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

}  // namespace curb::bench
