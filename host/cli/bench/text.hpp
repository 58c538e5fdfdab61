// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Figures and tables as people read them.
#pragma once

#include <string>
#include <vector>

#include "host/cli/bench/results.hpp"

namespace curb::cli::bench {

/// Three digits and a unit: "13.2 ms".
std::string time_text(double seconds);

/// Large counts with commas: "33,554,432".
std::string count_text(double count);

/// "1.02 (0.99 to 1.04)"; where the runs differ too much, in the figure's place: "noisy (0.88 to
/// 1.07)".
std::string ratio_text(const Spread& spread);
/// Likewise: "13.2 ms (13.0 to 13.3)".
std::string time_text(const Spread& spread);

struct Table {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;  ///< as long as the head

  /// With columns of even width, so that it reads well unrendered, too.
  std::string markdown() const;
  std::string html() const;
};

}  // namespace curb::cli::bench
