// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/cli/bench/series.hpp"

#include <fmt/core.h>

namespace curb::cli::bench {

std::string series_style(std::size_t index) {
  constexpr std::size_t kColours = 6;  // of the page's series0 to series5
  return fmt::format("series{}", index % kColours);
}

void draw_series_names(drawing::Svg& svg, double left, const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    svg.circle(left + 5.0, 16.0, 5.0, "mark " + series_style(i));
    svg.text(left + 15.0, 20.0, names[i]);
    left += 34.0 + 7.0 * static_cast<double>(names[i].size());
  }
}

}  // namespace curb::cli::bench
