// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The tables of the pass that reports on weights, the same for every executor.
#pragma once

#include <vector>

#include "host/plan/layout.hpp"
#include "kernels/statistics.hpp"

namespace curb::plan {

struct StatisticsLayout {
  std::vector<kernels::StatisticsItem> rows;
  std::vector<kernels::StatisticsItem> columns;
  std::vector<kernels::StatisticsSpan> spans;
  std::size_t partials = 0;
};

StatisticsLayout make_statistics_layout(const Layout& layout);

}  // namespace curb::plan
