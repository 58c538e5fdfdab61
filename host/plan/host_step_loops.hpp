// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The loops themselves. Included by one source file per instruction set. Everything here has
// internal linkage: a template compiled for AVX-512 must never be the one the linker keeps for an
// older processor.
//
// A row is updated in place (z takes the weight's place while the row is in the first-level cache),
// summed in the canonical order, and rescaled only if the row stages ask for it.
#pragma once

#include <algorithm>
#include <curb/rules/row_step.hpp>

#include "host/plan/host_element_step.hpp"
#include "host/plan/host_gradient_norm.hpp"
#include "host/plan/host_mixed_step.hpp"
#include "host/plan/host_row_sum.hpp"
#include "host/plan/host_step.hpp"

namespace curb::plan {
namespace {

using rules::RowOutcome;

template <class Optimizer, bool kMasked>
void run_elements(const Coefficients& c, const Arrays& arrays, const WorkItem& item) {
  step_run<Optimizer, kMasked, false>(c, arrays, item.first, item.count, kPrefetchDistance);
}

/// Steps a row; the sum of the squares of z, each segment's taken as soon as it is stepped.
template <class Optimizer, bool kMasked>
double step_row(const Coefficients& c, const Arrays& arrays, std::int64_t first,
                std::int64_t length) {
  double total = 0.0;
  for (std::int64_t done = 0; done < length; done += rules::kRowSegment) {
    const std::int64_t count = std::min<std::int64_t>(rules::kRowSegment, length - done);
    step_run<Optimizer, kMasked, true>(c, arrays, first + done, count, kPrefetchDistance);
    const float* z = arrays.weight + first + done;
    const double squared =
        segment_sum(count, [z](std::int64_t i) { return rules::SquaredWeight{}(z[i], 1.0f); });
    total = rules::add(total, squared);
  }
  return total;
}

/// An element whose z stands in the weight's place.
template <class Optimizer>
CURB_HOST_DEVICE Element element_at(const Coefficients& c, const Arrays& arrays, std::int64_t i) {
  Element e{arrays.weight[i], 1.0f};
  if constexpr (Optimizer::kDiagonalMetric) {
    float state[kMaxStates] = {arrays.state[0][i]};
    if constexpr (Optimizer::kStates > 1) state[1] = arrays.state[1][i];
    e.denominator = rules::row_denominator(c, Optimizer{}.denominator(c, state));
  }
  return e;
}

/// A row of such elements: what the row rules sum over.
template <class Optimizer, bool kContiguous>
class HostRow {
 public:
  /// `squared` is the sum of the row's squares, which every rule asks for first.
  HostRow(const Coefficients& c, const Arrays& arrays, std::int64_t first, std::int64_t length,
          std::int64_t stride, double squared)
      : c_(c),
        arrays_(arrays),
        first_(first),
        length_(length),
        stride_(stride),
        squared_(squared) {}

  CURB_HOST_DEVICE double sum(rules::SquaredWeight) const { return squared_; }

  template <class Term>
  double sum(const Term& term) const {
    double total = 0.0;
    for (std::int64_t done = 0; done < length_; done += rules::kRowSegment) {
      const std::int64_t count = std::min<std::int64_t>(rules::kRowSegment, length_ - done);
      const double segment = segment_sum(count, [this, &term, done](std::int64_t i) {
        const std::int64_t at = first_ + (done + i) * (kContiguous ? 1 : stride_);
        const Element e = element_at<Optimizer>(c_, arrays_, at);
        return term(e.weight, e.denominator);
      });
      total = rules::add(total, segment);
    }
    return total;
  }

  CURB_HOST_DEVICE bool any(bool condition) const { return condition; }

 private:
  const Coefficients& c_;
  const Arrays& arrays_;
  std::int64_t first_;
  std::int64_t length_;
  std::int64_t stride_;
  double squared_;
};

void count_outcome(const RowOutcome& outcome, RowStatistics& statistics) {
  statistics.clamped_rows += outcome.clamped;
  statistics.non_finite_rows += outcome.non_finite;
}

/// The row stages of a row that has been stepped.
template <class Optimizer>
void finish_row(const Coefficients& c, const Arrays& arrays, std::int64_t first,
                std::int64_t length, double squared, RowStatistics& statistics) {
  HostRow<Optimizer, true> row(c, arrays, first, length, 1, squared);
  const RowOutcome outcome = rules::solve_row<Optimizer>(c, length, row);
  count_outcome(outcome, statistics);
  if (outcome.multiplier == 0.0 && outcome.scale == 1.0f) return;
  for (std::int64_t i = first; i < first + length; ++i) {
    arrays.weight[i] = rules::finish_row_element(outcome, element_at<Optimizer>(c, arrays, i));
  }
}

template <class Optimizer, bool kMasked>
void run_rows(const Coefficients& c, const TensorView& tensor, const Arrays& arrays,
              const WorkItem& item, RowStatistics& statistics) {
  for (std::int64_t r = item.first; r < item.first + item.count; ++r) {
    const std::int64_t first = r * tensor.leading_dimension;
    const double squared = step_row<Optimizer, kMasked>(c, arrays, first, tensor.columns);
    finish_row<Optimizer>(c, arrays, first, tensor.columns, squared, statistics);
  }
}

/// Steps up to kHostColumns neighbouring columns, row by row, and sums their squares meanwhile.
template <class Optimizer, bool kMasked>
void step_columns(const Coefficients& coefficients, const TensorView& tensor, const Arrays& arrays,
                  const WorkItem& item, ColumnSums& sums) {
  const Coefficients c = coefficients;
  const std::int64_t ahead = kPrefetchRows * tensor.leading_dimension;
  const auto step_rows = [&](int columns) {
    for (std::int64_t i = 0; i < tensor.rows; ++i) {
      const std::int64_t first = i * tensor.leading_dimension + item.first;
      step_run<Optimizer, kMasked, true>(c, arrays, first, columns, ahead);
      sums.add(arrays.weight + first, columns);
    }
  };
  if (item.count == kHostColumns) {
    step_rows(kHostColumns);  // a constant
  } else {
    step_rows(item.count);
  }
}

/// Row by row, since a column by itself would take one element of each cache line. Columns that are
/// to stay are multiplied by one.
template <class Optimizer>
void store_columns(const Coefficients& c, const TensorView& tensor, const Arrays& arrays,
                   const WorkItem& item, const RowOutcome (&outcomes)[kHostColumns]) {
  float scale[kHostColumns];
  bool rescaled = false;
  bool shrunk = false;
  for (int x = 0; x < item.count; ++x) {
    scale[x] = outcomes[x].scale;
    rescaled |= outcomes[x].scale != 1.0f;
    shrunk |= outcomes[x].multiplier != 0.0;
  }
  if (!rescaled && !shrunk) return;
  for (std::int64_t i = 0; i < tensor.rows; ++i) {
    const std::int64_t first = i * tensor.leading_dimension + item.first;
    float* row = arrays.weight + first;
    if (shrunk) {
      for (int x = 0; x < item.count; ++x) {
        const Element e = element_at<Optimizer>(c, arrays, first + x);
        row[x] = rules::finish_row_element(outcomes[x], e);
      }
    } else {
      for (int x = 0; x < item.count; ++x) row[x] = rules::mul(row[x], scale[x]);
    }
  }
}

/// The row stages of columns that have been stepped.
template <class Optimizer>
void finish_columns(const Coefficients& c, const TensorView& tensor, const Arrays& arrays,
                    const WorkItem& item, const double (&squared)[kHostColumns],
                    RowStatistics& statistics) {
  RowOutcome outcomes[kHostColumns];
  for (int x = 0; x < item.count; ++x) {
    HostRow<Optimizer, false> column(c, arrays, item.first + x, tensor.rows,
                                     tensor.leading_dimension, squared[x]);
    outcomes[x] = rules::solve_row<Optimizer>(c, tensor.rows, column);
    count_outcome(outcomes[x], statistics);
  }
  store_columns<Optimizer>(c, tensor, arrays, item, outcomes);
}

template <class Optimizer, bool kMasked>
void run_columns(const Coefficients& c, const TensorView& tensor, const Arrays& arrays,
                 const WorkItem& item, RowStatistics& statistics) {
  ColumnSums sums(tensor.rows);
  step_columns<Optimizer, kMasked>(c, tensor, arrays, item, sums);
  finish_columns<Optimizer>(c, tensor, arrays, item, sums.totals(), statistics);
}

template <class Optimizer, bool kMasked>
void run_item_of(Tier tier, const StepTables& tables, const WorkItem& item,
                 RowStatistics& statistics) {
  const TensorView& tensor = tables.tensors[item.tensor];
  const Coefficients& c = tables.coefficients[tensor.coefficients];
  const Arrays arrays = arrays_of(tables, item.tensor);
  switch (tier) {
    case Tier::elements:
      return run_elements<Optimizer, kMasked>(c, arrays, item);
    case Tier::columns:
    case Tier::long_columns:
      return run_columns<Optimizer, kMasked>(c, tensor, arrays, item, statistics);
    default:
      return run_rows<Optimizer, kMasked>(c, tensor, arrays, item, statistics);
  }
}

RunItem run_any_item;

template <class Optimizer>
void run_item(kernels::UpdateKind kind, Tier tier, const StepTables& tables, const WorkItem& item,
              const HostScratch& scratch, RowStatistics& statistics) {
  const TensorView& tensor = tables.tensors[item.tensor];
  if (kernels::is_mixed(tensor)) {
    return run_mixed_item<Optimizer::kStates>(run_any_item, kind, tier, tables, item, scratch,
                                              statistics);
  }
  if (tables.coefficients[tensor.coefficients].skip) return;
  if (tensor.mask == nullptr) {
    return run_item_of<Optimizer, false>(tier, tables, item, statistics);
  }
  return run_item_of<Optimizer, true>(tier, tables, item, statistics);
}

void run_any_item(kernels::UpdateKind kind, Tier tier, const StepTables& tables,
                  const WorkItem& item, const HostScratch& scratch, RowStatistics& statistics) {
  switch (kind) {
    case kernels::UpdateKind::sgd:
      return run_item<rules::Sgd>(kind, tier, tables, item, scratch, statistics);
    case kernels::UpdateKind::cumulative_sgd:
      return run_item<rules::CumulativeSgd>(kind, tier, tables, item, scratch, statistics);
    case kernels::UpdateKind::momentum:
      return run_item<rules::Momentum>(kind, tier, tables, item, scratch, statistics);
    case kernels::UpdateKind::adam:
      return run_item<rules::Adam>(kind, tier, tables, item, scratch, statistics);
    case kernels::UpdateKind::adagrad:
      return run_item<rules::Adagrad>(kind, tier, tables, item, scratch, statistics);
  }
}

}  // namespace
}  // namespace curb::plan
