// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What there is to say about each family of benchmarks.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "host/cli/bench/results.hpp"

namespace curb::cli::bench {

using Entries = std::vector<Entry>;

struct Column {
  std::string title;
  std::function<std::string(const Entry&)> cell;
};

struct FamilyReport {
  std::string family;  ///< what its names begin with
  std::string title;
  std::string explanation;
  std::vector<Column> columns;
  std::function<std::string(const Entries&)> chart;  ///< SVG; may be null
};

/// In the order in which they are reported.
const std::vector<FamilyReport>& family_reports();

/// The roofline of what was measured on the CPU and on the GPU; empty where something is missing.
std::string cpu_roofline(const Entries& all);
std::string gpu_roofline(const Entries& all);

}  // namespace curb::cli::bench
