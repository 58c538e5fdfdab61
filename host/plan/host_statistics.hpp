// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The pass that reports on weights, on the host: the bits of the kernels (kernels/statistics.cu).
#pragma once

#include <vector>

#include "host/plan/statistics_layout.hpp"

namespace curb::plan {

class HostStatistics {
 public:
  /// Of the tensors of `layout`, which must outlive this.
  HostStatistics(const Layout& layout, int threads);

  void collect();
  const std::vector<rules::WeightStatistics>& found() const { return found_; }

 private:
  void collect_item(const kernels::StatisticsItem& item);

  const Layout& layout_;
  int threads_;
  StatisticsLayout items_;
  std::vector<double> zeros_;
  std::vector<double> penalty_;
  std::vector<rules::WeightStatistics> found_;
};

}  // namespace curb::plan
