// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// From results to something to read: tables, charts, and what to doubt.
#pragma once

#include <string>
#include <vector>

#include "host/cli/bench/results.hpp"
#include "host/cli/bench/text.hpp"

namespace curb::cli::bench {

struct Section {
  std::string title;
  std::string explanation;
  Table table;
  std::string chart;  ///< SVG; may be empty
};

struct Report {
  std::vector<std::string> conditions;  ///< one line each
  std::vector<std::string> doubts;      ///< sentences; what was noisy and what failed among them
  std::vector<Section> sections;        ///< of the families that were measured
};

Report make_report(const Results& results);

std::string to_markdown(const Report& report);
/// One page that needs nothing from outside.
std::string to_html(const Report& report);

}  // namespace curb::cli::bench
