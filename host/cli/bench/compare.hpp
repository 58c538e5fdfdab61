// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Two results side by side.
#pragma once

#include <string>

#include "host/cli/bench/results.hpp"
#include "host/cli/bench/text.hpp"

namespace curb::cli::bench {

struct Comparison {
  std::vector<std::string> notes;  ///< why the two may not be comparable, and what only one has
  /// Each benchmark's time in A and in B, their ratio, and whether B is better, worse, or, where
  /// the runs' quartiles overlap, undecided.
  Table table;
  std::string summary;
};

Comparison compare(const Results& a, const Results& b);

}  // namespace curb::cli::bench
