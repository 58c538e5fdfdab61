// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Shares a range among OpenMP threads, unless it is too small to be worth waking them.
#pragma once

#include <omp.h>

#include <algorithm>
#include <cstdint>

namespace curb::backend {

class ThreadTeam {
 public:
  /// `threads`: as many as OpenMP would use if 0.
  explicit ThreadTeam(int threads) : threads_(threads > 0 ? threads : omp_get_max_threads()) {}

  int threads() const { return threads_; }

  /// Calls body(first, last) for parts of [0, count) that cover it. Parts begin at multiples of
  /// `granule`. An item is worth `elements` elements of element-wise work.
  template <class Body>
  void for_each_part(std::int64_t count, std::int64_t elements, std::int64_t granule,
                     const Body& body) const {
    if (count == 0) return;
    if (threads_ == 1 || count * elements < kElementsWorthThreads) return body(0, count);
    const std::int64_t granules = (count + granule - 1) / granule;
#pragma omp parallel num_threads(threads_)
    {
      const std::int64_t parts = omp_get_num_threads();
      const std::int64_t part = omp_get_thread_num();
      const std::int64_t first = granules * part / parts * granule;
      const std::int64_t last = std::min(count, granules * (part + 1) / parts * granule);
      if (first < last) body(first, last);
    }
  }

 private:
  static constexpr std::int64_t kElementsWorthThreads = 1 << 18;

  int threads_;
};

}  // namespace curb::backend
