// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The series of a chart, each in a colour of the page's.
#pragma once

#include <string>
#include <vector>

#include "host/drawing/svg.hpp"

namespace curb::cli::bench {

/// The class of the `index`-th series.
std::string series_style(std::size_t index);

/// The names of the series in one line at the top of a drawing, from `left`, each after its mark.
void draw_series_names(drawing::Svg& svg, double left, const std::vector<std::string>& names);

}  // namespace curb::cli::bench
