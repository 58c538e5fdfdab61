// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// From groups and tensors to the tables of a step: which tier each tensor takes, and how its work
// is cut. The same for every executor, but for the size of an item.
#pragma once

#include <curb/curb.hpp>
#include <optional>
#include <vector>

#include "kernels/update.hpp"

namespace curb::plan {

/// One launch of a step: a run of items that share their kernel.
struct Launch {
  kernels::UpdateKind kind;
  bool mixed;
  kernels::Tier tier;
  std::uint32_t first_item;
  std::uint32_t item_count;
};

struct Layout {
  std::vector<kernels::TensorView> tensors;
  std::vector<kernels::Tier> tiers;  ///< one per tensor
  std::vector<kernels::WorkItem> items;
  std::vector<Launch> launches;
  std::vector<kernels::GroupRecord> groups;
  std::optional<kernels::GradientGuard> guard;    ///< null: no step looks at all gradients first
  std::vector<kernels::WorkItem> gradient_items;  ///< to be measured for it, in the tensors' order
};

/// How many elements, rows or columns an item of a tier holds.
using ItemSize = std::int32_t(kernels::Tier);

/// Expects validated input (validate.hpp).
Layout make_layout(const std::vector<Group>& groups, const std::vector<Tensor>& tensors,
                   const PlanOptions& options, ItemSize& item_size);

/// Whether the group's tensors need their rows whole.
bool has_row_stages(const Group& group);

kernels::Tier tier_of(const Group& group, const Tensor& tensor);

}  // namespace curb::plan
