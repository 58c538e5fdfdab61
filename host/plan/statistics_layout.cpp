// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/plan/statistics_layout.hpp"

#include <algorithm>

namespace curb::plan {
namespace {

using kernels::Tier;

/// Rows whole, or in runs of up to `size` elements.
void add_rows(const kernels::TensorView& view, std::uint32_t tensor, bool whole,
              StatisticsLayout& layout) {
  const std::int64_t size = whole ? view.columns : kernels::kElementsPerItem;
  const bool contiguous = !whole && view.leading_dimension == view.columns;
  const std::int64_t rows = contiguous ? 1 : view.rows;
  const std::int64_t length = contiguous ? view.rows * view.columns : view.columns;
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t done = 0; done < length; done += size) {
      layout.rows.push_back({r * view.leading_dimension + done, std::min(size, length - done), 1,
                             tensor, static_cast<std::uint32_t>(layout.partials), whole});
      ++layout.partials;
    }
  }
}

void add_columns(const kernels::TensorView& view, std::uint32_t tensor, StatisticsLayout& layout) {
  for (std::int64_t first = 0; first < view.columns; first += kernels::kStatisticsColumns) {
    const auto columns = static_cast<std::int32_t>(
        std::min<std::int64_t>(kernels::kStatisticsColumns, view.columns - first));
    layout.columns.push_back(
        {first, view.rows, columns, tensor, static_cast<std::uint32_t>(layout.partials), true});
    layout.partials += static_cast<std::size_t>(columns);
  }
}

}  // namespace

StatisticsLayout make_statistics_layout(const Layout& layout) {
  StatisticsLayout result;
  for (std::uint32_t t = 0; t < layout.tensors.size(); ++t) {
    const kernels::TensorView& view = layout.tensors[t];
    const Tier tier = layout.tiers[t];
    const auto first = static_cast<std::uint32_t>(result.partials);
    if (view.rows > 0 && view.columns > 0) {
      if (tier == Tier::columns || tier == Tier::long_columns) {
        add_columns(view, t, result);
      } else {
        add_rows(view, t, tier != Tier::elements, result);
      }
    }
    result.spans.push_back({first, static_cast<std::uint32_t>(result.partials) - first});
  }
  return result;
}

}  // namespace curb::plan
