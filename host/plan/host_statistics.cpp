// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/plan/host_statistics.hpp"

#include <curb/rules/row_sum.hpp>
#include <curb/rules/storage.hpp>

namespace curb::plan {
namespace {

/// `weight(i)` is the i-th of `length`.
template <class Weight>
rules::WeightSums sum_weights(std::int64_t length, const Weight& weight) {
  rules::WeightSums sums;
  sums.non_zeros =
      rules::canonical_row_sum(length, [&](std::int64_t i) { return rules::NonZero{}(weight(i)); });
  sums.magnitudes = rules::canonical_row_sum(
      length, [&](std::int64_t i) { return rules::Magnitude{}(weight(i)); });
  sums.squares =
      rules::canonical_row_sum(length, [&](std::int64_t i) { return rules::Square{}(weight(i)); });
  return sums;
}

/// Of `length` weights, `stride` elements apart, from element `first` on.
rules::WeightSums sum_weights(const kernels::TensorView& tensor, std::int64_t first,
                              std::int64_t length, std::int64_t stride) {
  switch (tensor.storage) {
    case Storage::float32:
    case Storage::bfloat16_master:
      return sum_weights(length, [&](std::int64_t i) { return tensor.weight[first + i * stride]; });
    case Storage::bfloat16_remainder:
      return sum_weights(length, [&](std::int64_t i) {
        const std::int64_t at = first + i * stride;
        return rules::join({tensor.bfloat16[at], tensor.remainder[at]});
      });
    case Storage::bfloat16_stochastic:
      return sum_weights(length, [&](std::int64_t i) {
        return rules::from_bfloat16(tensor.bfloat16[first + i * stride]);
      });
  }
  return {};
}

double sum_span(const std::vector<double>& partials, const kernels::StatisticsSpan& span) {
  return rules::canonical_row_sum(span.count, [&](std::int64_t i) {
    return partials[span.first + static_cast<std::size_t>(i)];
  });
}

}  // namespace

HostStatistics::HostStatistics(const Layout& layout, int threads)
    : layout_(layout),
      threads_(threads),
      items_(make_statistics_layout(layout)),
      zeros_(items_.partials),
      penalty_(items_.partials),
      found_(layout.tensors.size()) {}

void HostStatistics::collect_item(const kernels::StatisticsItem& item) {
  const kernels::TensorView& tensor = layout_.tensors[item.tensor];
  const Hyperparameters& h = layout_.groups[tensor.coefficients / 2].hyperparameters;
  const bool regularised = tensor.coefficients % 2 == 0;
  const kernels::Tier tier = layout_.tiers[item.tensor];
  const bool by_column = tier == kernels::Tier::columns || tier == kernels::Tier::long_columns;
  for (std::int32_t x = 0; x < item.columns; ++x) {
    const rules::WeightSums sums =
        sum_weights(tensor, item.first + x, item.length, by_column ? tensor.leading_dimension : 1);
    const rules::WeightStatistics found =
        rules::weight_statistics(h, regularised, sums, item.length, item.is_row);
    const std::size_t at = item.partial + static_cast<std::size_t>(x);
    zeros_[at] = found.zeros;
    penalty_[at] = found.penalty;
  }
}

void HostStatistics::collect() {
  for (const auto* items : {&items_.rows, &items_.columns}) {
    const auto count = static_cast<std::int64_t>(items->size());
#pragma omp parallel for num_threads(threads_) schedule(static) if (threads_ > 1)
    for (std::int64_t i = 0; i < count; ++i) collect_item((*items)[static_cast<std::size_t>(i)]);
  }
  for (std::size_t t = 0; t < found_.size(); ++t) {
    found_[t] = {sum_span(zeros_, items_.spans[t]), sum_span(penalty_, items_.spans[t])};
  }
}

}  // namespace curb::plan
