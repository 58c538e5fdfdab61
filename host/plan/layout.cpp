// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/plan/layout.hpp"

#include <algorithm>
#include <cmath>
#include <curb/rules/stochastic_rounding.hpp>
#include <map>
#include <tuple>

#include "host/plan/describe.hpp"

namespace curb::plan {
namespace {

using kernels::Tier;
using kernels::WorkItem;

std::int64_t leading_dimension(const Tensor& tensor) {
  return tensor.leading_dimension == 0 ? tensor.columns : tensor.leading_dimension;
}

kernels::TensorView make_view(const Tensor& tensor, const PlanOptions& options) {
  kernels::TensorView view{};
  if (tensor.storage <= Storage::bfloat16_master) view.weight = tensor.parameter;
  for (int s = 0; s < kernels::kMaxStates; ++s) {
    view.state[s] = static_cast<float*>(tensor.state[s]);
  }
  view.mask = tensor.mask;
  view.rows = tensor.rows;
  view.columns = tensor.columns;
  view.leading_dimension = leading_dimension(tensor);
  view.coefficients =
      kernels::coefficients_index(static_cast<std::uint32_t>(tensor.group), tensor.regularised);
  view.storage = tensor.storage;
  view.gradient_type = tensor.gradient_type;
  view.zero_gradient = options.zero_gradients;
  if (tensor.storage != Storage::float32) view.bfloat16 = tensor.bfloat16;
  if (tensor.storage == Storage::bfloat16_remainder) view.remainder = tensor.remainder;
  if (tensor.state_type[0] == DataType::bfloat16) {
    view.velocity = static_cast<std::uint16_t*>(tensor.state[0]);
    view.state[0] = nullptr;
  }
  view.average = tensor.ema;
  view.random_key = rules::rounding_key(options.seed, tensor.name.c_str());
  return view;
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

void add_guard(const PlanOptions& options, Layout& layout) {
  const bool measures = measures_gradients(options);
  if (!measures && options.loss_scale == nullptr && options.found_inf == nullptr) return;
  layout.guard = {
      {options.clip_norm, options.skip_non_finite}, options.loss_scale, options.found_inf};
  if (!measures) return;
  for (std::uint32_t t = 0; t < layout.tensors.size(); ++t) {
    cut_tensor(layout.tensors[t], Tier::elements, kernels::kElementsPerItem, t,
               layout.gradient_items);
  }
}

}  // namespace

bool has_row_stages(const Group& group) {
  return group.reserve_row_stages || group.hyperparameters.group_lasso > 0.0f ||
         std::isfinite(group.hyperparameters.max_norm);
}

kernels::Tier tier_of(const Group& group, const Tensor& tensor) {
  if (!tensor.regularised || !has_row_stages(group)) return Tier::elements;
  const bool outgoing = group.group_lasso_over == GroupLassoOver::outgoing;
  const bool along_rows = (tensor.incoming == Incoming::row) != outgoing;
  return along_rows ? kernels::row_tier(tensor.columns) : kernels::column_tier(tensor.rows);
}

Layout make_layout(const std::vector<Group>& groups, const std::vector<Tensor>& tensors,
                   const PlanOptions& options, ItemSize& item_size) {
  Layout layout;
  for (const Group& group : groups) {
    layout.groups.push_back({group.modes, group.hyperparameters, {}});
  }
  // Sorted by what shares a kernel, in the tensors' order within.
  std::map<std::tuple<kernels::UpdateKind, bool, Tier>, std::vector<std::uint32_t>> launches;
  for (const Tensor& tensor : tensors) {
    const Group& group = groups[tensor.group];
    const auto index = static_cast<std::uint32_t>(layout.tensors.size());
    const kernels::TensorView view = make_view(tensor, options);
    const Tier tier = tier_of(group, tensor);
    layout.tensors.push_back(view);
    layout.tiers.push_back(tier);
    launches[{kernels::update_kind(group.modes), kernels::is_mixed(view), tier}].push_back(index);
  }
  for (const auto& [key, indices] : launches) {
    const auto& [kind, mixed, tier] = key;
    const auto first = static_cast<std::uint32_t>(layout.items.size());
    for (const std::uint32_t t : indices) {
      cut_tensor(layout.tensors[t], tier, item_size(tier), t, layout.items);
    }
    const auto count = static_cast<std::uint32_t>(layout.items.size()) - first;
    if (count > 0) layout.launches.push_back({kind, mixed, tier, first, count});
  }
  add_guard(options, layout);
  return layout;
}

}  // namespace curb::plan
