// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The loops themselves. Included by one source file per instruction set, each of which defines
// CURB_HOST_STEP, the name of its entry. Everything else here has internal linkage: a template
// compiled for AVX-512 must never be the one the linker keeps for an older processor.
//
// A row is updated in place (z takes the weight's place while the row is in the first-level cache),
// summed in the canonical order, and rescaled only if the row stages ask for it.
#include <curb/rules/row_step.hpp>

#include "host/plan/host_step.hpp"

namespace curb::plan {
namespace {

using kernels::kMaxStates;
using kernels::RowStatistics;
using kernels::StepTables;
using kernels::TensorView;
using kernels::Tier;
using kernels::WorkItem;
using rules::Coefficients;
using rules::Element;
using rules::RowOutcome;

/// The arrays of one tensor, all in its layout.
struct Arrays {
  float* weight;
  const float* gradient;
  float* state[kMaxStates];
  const std::uint8_t* mask;
};

Arrays arrays_of(const StepTables& tables, std::uint32_t tensor) {
  const TensorView& view = tables.tensors[tensor];
  return {view.weight, tables.gradients[tensor], {view.state[0], view.state[1]}, view.mask};
}

/// `Finish` turns an Element into what is stored: the whole element-wise step, or z for a row.
template <class Optimizer, bool kMasked, class Finish>
void step_run_of(const Coefficients& coefficients, const Arrays& arrays, std::int64_t first,
                 std::int64_t count, const Finish& finish) {
  constexpr int kStates = Optimizer::kStates;
  const Optimizer optimizer;
  const Coefficients c = coefficients;
  float* __restrict__ weight = arrays.weight + first;
  const float* __restrict__ gradient = arrays.gradient + first;
  float* __restrict__ state0 = kStates > 0 ? arrays.state[0] + first : nullptr;
  float* __restrict__ state1 = kStates > 1 ? arrays.state[1] + first : nullptr;
  const std::uint8_t* __restrict__ mask = kMasked ? arrays.mask + first : nullptr;
  for (std::int64_t i = 0; i < count; ++i) {
    float state[kMaxStates] = {};
    if constexpr (kStates > 0) state[0] = state0[i];
    if constexpr (kStates > 1) state[1] = state1[i];
    bool keep = true;
    if constexpr (kMasked) keep = mask[i] != 0;
    weight[i] = finish(c, rules::step_element(optimizer, c, weight[i], gradient[i], state, keep));
    if constexpr (kStates > 0) state0[i] = state[0];
    if constexpr (kStates > 1) state1[i] = state[1];
  }
}

template <class Optimizer, class Finish>
void step_run(const Coefficients& c, const Arrays& arrays, std::int64_t first, std::int64_t count,
              const Finish& finish) {
  if (arrays.mask == nullptr) {
    step_run_of<Optimizer, false>(c, arrays, first, count, finish);
  } else {
    step_run_of<Optimizer, true>(c, arrays, first, count, finish);
  }
}

template <class Optimizer>
struct WholeStep {
  CURB_HOST_DEVICE float operator()(const Coefficients& c, Element e) const {
    return rules::shrink_element<Optimizer>(c, e);
  }
};

template <class Optimizer>
struct BeforeRowStages {
  CURB_HOST_DEVICE float operator()(const Coefficients& c, Element e) const {
    return rules::row_element<Optimizer>(c, e).weight;
  }
};

/// A row whose z stands in the weight's place: what the row rules sum over.
template <class Optimizer, bool kContiguous>
class HostRow {
 public:
  HostRow(const Coefficients& c, const Arrays& arrays, std::int64_t first, std::int64_t length,
          std::int64_t stride)
      : c_(c), arrays_(arrays), first_(first), length_(length), stride_(stride) {}

  CURB_HOST_DEVICE Element element(std::int64_t i) const {
    const std::int64_t at = first_ + (kContiguous ? i : i * stride_);
    Element e{arrays_.weight[at], 1.0f};
    if constexpr (Optimizer::kDiagonalMetric) {
      const float state[kMaxStates] = {arrays_.state[0][at], arrays_.state[1][at]};
      e.denominator = rules::row_denominator(c_, Optimizer{}.denominator(c_, state));
    }
    return e;
  }

  template <class Term>
  CURB_HOST_DEVICE double sum(const Term& term) const {
    return rules::canonical_row_sum(length_, [this, &term](std::int64_t i) {
      const Element e = element(i);
      return term(e.weight, e.denominator);
    });
  }

  CURB_HOST_DEVICE bool any(bool condition) const { return condition; }

  void store(const RowOutcome& outcome) {
    if (outcome.multiplier == 0.0 && outcome.scale == 1.0f) return;
    for (std::int64_t i = 0; i < length_; ++i) {
      arrays_.weight[first_ + (kContiguous ? i : i * stride_)] =
          rules::finish_row_element(outcome, element(i));
    }
  }

 private:
  const Coefficients& c_;
  const Arrays& arrays_;
  std::int64_t first_;
  std::int64_t length_;
  std::int64_t stride_;
};

void count_outcome(const RowOutcome& outcome, RowStatistics& statistics) {
  statistics.clamped_rows += outcome.clamped;
  statistics.non_finite_rows += outcome.non_finite;
}

template <class Optimizer>
void run_rows(const Coefficients& c, const TensorView& tensor, const Arrays& arrays,
              const WorkItem& item, RowStatistics& statistics) {
  for (std::int64_t r = item.first; r < item.first + item.count; ++r) {
    const std::int64_t first = r * tensor.leading_dimension;
    step_run<Optimizer>(c, arrays, first, tensor.columns, BeforeRowStages<Optimizer>{});
    HostRow<Optimizer, true> row(c, arrays, first, tensor.columns, 1);
    const RowOutcome outcome = rules::solve_row<Optimizer>(c, tensor.columns, row);
    row.store(outcome);
    count_outcome(outcome, statistics);
  }
}

/// The sums of squares of up to kHostColumns neighbouring columns, each in the canonical order.
void sum_squared_columns(const float* weight, std::int64_t rows, std::int64_t leading_dimension,
                         int columns, double (&totals)[kHostColumns]) {
  static_assert(rules::kRowSegment % rules::kRowResidues == 0);
  for (int x = 0; x < kHostColumns; ++x) totals[x] = 0.0;
  for (std::int64_t first = 0; first < rows; first += rules::kRowSegment) {
    double residues[rules::kRowResidues][kHostColumns] = {};
    const std::int64_t last = rows - first < rules::kRowSegment ? rows : first + rules::kRowSegment;
    for (std::int64_t i = first; i < last; ++i) {
      double* sums = residues[(i - first) % rules::kRowResidues];
      const float* row = weight + i * leading_dimension;
      for (int x = 0; x < columns; ++x) {
        sums[x] = rules::add(sums[x], rules::SquaredWeight{}(row[x], 1.0f));
      }
    }
    for (int width = rules::kRowResidues / 2; width > 0; width /= 2) {
      for (int i = 0; i < width; ++i) {
        for (int x = 0; x < kHostColumns; ++x) {
          residues[i][x] = rules::add(residues[2 * i][x], residues[2 * i + 1][x]);
        }
      }
    }
    for (int x = 0; x < kHostColumns; ++x) totals[x] = rules::add(totals[x], residues[0][x]);
  }
}

/// A row whose sum of squares is known: all that a Euclidean optimiser's row stages ask for.
struct SummedRow {
  double squared;
  CURB_HOST_DEVICE double sum(rules::SquaredWeight) const { return squared; }
};

template <class Optimizer>
void run_columns(const Coefficients& c, const TensorView& tensor, const Arrays& arrays,
                 const WorkItem& item, RowStatistics& statistics) {
  const std::int64_t stride = tensor.leading_dimension;
  for (std::int64_t i = 0; i < tensor.rows; ++i) {
    step_run<Optimizer>(c, arrays, i * stride + item.first, item.count,
                        BeforeRowStages<Optimizer>{});
  }
  double squared[kHostColumns];
  if constexpr (!Optimizer::kDiagonalMetric) {
    sum_squared_columns(arrays.weight + item.first, tensor.rows, stride, item.count, squared);
  }
  for (int x = 0; x < item.count; ++x) {
    HostRow<Optimizer, false> column(c, arrays, item.first + x, tensor.rows, stride);
    RowOutcome outcome;
    if constexpr (Optimizer::kDiagonalMetric) {
      outcome = rules::solve_row<Optimizer>(c, tensor.rows, column);
    } else {
      SummedRow summed{squared[x]};
      outcome = rules::solve_row<Optimizer>(c, tensor.rows, summed);
    }
    column.store(outcome);
    count_outcome(outcome, statistics);
  }
}

template <class Optimizer>
void run_item_of(Tier tier, const StepTables& tables, const WorkItem& item,
                 RowStatistics& statistics) {
  const TensorView& tensor = tables.tensors[item.tensor];
  const Coefficients& c = tables.coefficients[tensor.coefficients];
  const Arrays arrays = arrays_of(tables, item.tensor);
  switch (tier) {
    case Tier::elements:
      return step_run<Optimizer>(c, arrays, item.first, item.count, WholeStep<Optimizer>{});
    case Tier::columns:
    case Tier::long_columns:
      return run_columns<Optimizer>(c, tensor, arrays, item, statistics);
    default:
      return run_rows<Optimizer>(c, tensor, arrays, item, statistics);
  }
}

}  // namespace

void CURB_HOST_STEP(kernels::UpdateKind kind, Tier tier, const StepTables& tables,
                    const WorkItem& item, RowStatistics& statistics) {
  switch (kind) {
    case kernels::UpdateKind::sgd:
      return run_item_of<rules::Sgd>(tier, tables, item, statistics);
    case kernels::UpdateKind::cumulative_sgd:
      return run_item_of<rules::CumulativeSgd>(tier, tables, item, statistics);
    case kernels::UpdateKind::momentum:
      return run_item_of<rules::Momentum>(tier, tables, item, statistics);
    case kernels::UpdateKind::adam:
      return run_item_of<rules::Adam>(tier, tables, item, statistics);
  }
}

}  // namespace curb::plan
