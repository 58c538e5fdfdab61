// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/plan/layout.hpp"

#include <algorithm>
#include <cmath>

namespace curb::plan {
namespace {

using kernels::Tier;
using kernels::WorkItem;

std::int64_t leading_dimension(const Tensor& tensor) {
  return tensor.leading_dimension == 0 ? tensor.columns : tensor.leading_dimension;
}

Tier tier_of(const Group& group, const Tensor& tensor) {
  if (!tensor.regularised || !has_row_stages(group)) return Tier::elements;
  const bool outgoing = group.group_lasso_over == GroupLassoOver::outgoing;
  const bool along_rows = (tensor.incoming == Incoming::row) != outgoing;
  return along_rows ? kernels::row_tier(tensor.columns) : kernels::column_tier(tensor.rows);
}

/// Runs of [first, first + length) in steps of `size`.
void cut(std::int64_t first, std::int64_t length, std::int32_t size, std::uint32_t tensor,
         std::vector<WorkItem>& items) {
  for (std::int64_t done = 0; done < length; done += size) {
    const auto count = static_cast<std::int32_t>(std::min<std::int64_t>(size, length - done));
    items.push_back({first + done, count, tensor});
  }
}

void cut_tensor(const kernels::TensorView& view, Tier tier, std::int32_t size, std::uint32_t tensor,
                std::vector<WorkItem>& items) {
  if (view.rows == 0 || view.columns == 0) return;
  switch (tier) {
    case Tier::elements:
      if (view.leading_dimension == view.columns || view.rows == 1) {
        return cut(0, view.rows * view.columns, size, tensor, items);
      }
      for (std::int64_t r = 0; r < view.rows; ++r) {
        cut(r * view.leading_dimension, view.columns, size, tensor, items);
      }
      return;
    case Tier::columns:
    case Tier::long_columns:
      return cut(0, view.columns, size, tensor, items);
    default:
      return cut(0, view.rows, size, tensor, items);
  }
}

}  // namespace

bool has_row_stages(const Group& group) {
  return group.reserve_row_stages || group.hyperparameters.group_lasso > 0.0f ||
         std::isfinite(group.hyperparameters.max_norm);
}

Layout make_layout(const std::vector<Group>& groups, const std::vector<Tensor>& tensors,
                   ItemSize& item_size) {
  Layout layout;
  for (const Group& group : groups) {
    layout.groups.push_back({group.modes, group.hyperparameters, {}});
  }
  for (const Tensor& tensor : tensors) {
    layout.tensors.push_back(
        {tensor.parameter,
         {static_cast<float*>(tensor.state[0]), static_cast<float*>(tensor.state[1])},
         tensor.mask,
         tensor.rows,
         tensor.columns,
         leading_dimension(tensor),
         kernels::coefficients_index(static_cast<std::uint32_t>(tensor.group),
                                     tensor.regularised)});
    layout.tiers.push_back(tier_of(groups[tensor.group], tensor));
  }
  for (int kind = 0; kind < kernels::kUpdateKindCount; ++kind) {
    for (int tier = 0; tier < kernels::kTierCount; ++tier) {
      const auto first = static_cast<std::uint32_t>(layout.items.size());
      for (std::size_t t = 0; t < tensors.size(); ++t) {
        if (layout.tiers[t] != static_cast<Tier>(tier)) continue;
        if (kernels::update_kind(groups[tensors[t].group].modes) !=
            static_cast<kernels::UpdateKind>(kind)) {
          continue;
        }
        cut_tensor(layout.tensors[t], layout.tiers[t], item_size(layout.tiers[t]),
                   static_cast<std::uint32_t>(t), layout.items);
      }
      const auto count = static_cast<std::uint32_t>(layout.items.size()) - first;
      if (count == 0) continue;
      layout.launches.push_back(
          {static_cast<kernels::UpdateKind>(kind), static_cast<Tier>(tier), first, count});
    }
  }
  return layout;
}

}  // namespace curb::plan
