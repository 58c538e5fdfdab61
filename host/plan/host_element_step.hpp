// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The element-wise part of the host's loops: a run of neighbouring elements, stepped in place.
//
// Included by the loops that are compiled once per instruction set: all of it has internal linkage.
#pragma once

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

/// The arrays of one tensor, all in its layout.
struct Arrays {
  float* weight;
  const float* gradient;
  float* state[kMaxStates];
  const std::uint8_t* mask;
};

Arrays arrays_of(const StepTables& tables, std::uint32_t tensor) {
  const TensorView& view = tables.tensors[tensor];
  const auto* gradient = static_cast<const float*>(tables.gradients[tensor]);
  return {view.weight, gradient, {view.state[0], view.state[1]}, view.mask};
}

/// Steps the element at `i`; its new weight, or its z where row stages follow.
template <class Optimizer, bool kMasked, bool kRowStages>
CURB_HOST_DEVICE void step_at(const Coefficients& c, const Arrays& arrays, std::int64_t i) {
  constexpr int kStates = Optimizer::kStates;
  float state[kMaxStates] = {};
  if constexpr (kStates > 0) state[0] = arrays.state[0][i];
  if constexpr (kStates > 1) state[1] = arrays.state[1][i];
  bool keep = true;
  if constexpr (kMasked) keep = arrays.mask[i] != 0;
  const Element e =
      rules::step_element(Optimizer{}, c, arrays.weight[i], arrays.gradient[i], state, keep);
  if constexpr (kRowStages) {
    arrays.weight[i] = rules::row_element<Optimizer>(c, e).weight;
  } else {
    arrays.weight[i] = rules::shrink_element<Optimizer>(c, e);
  }
  if constexpr (kStates > 0) arrays.state[0][i] = state[0];
  if constexpr (kStates > 1) arrays.state[1][i] = state[1];
}

/// How far ahead of its use an element of a row is fetched: one page. The processor's own
/// prefetchers stop at the end of a page, and a fused step has too many instructions per cache line
/// to see far ahead.
constexpr std::int64_t kPrefetchDistance = 4096 / sizeof(float);

/// The same for columns, in rows. Where rows are a power of two of bytes apart, one column's lines
/// compete for a few places of the cache: the rows under way must be few.
constexpr std::int64_t kPrefetchRows = 4;

/// Elements between two rounds of prefetching: two cache lines of each array, so that the requests
/// are spread among the arithmetic.
constexpr int kPrefetchBlock = 32;

/// Always inlined: g++ takes a call to a function that only prefetches for one without effect.
CURB_HOST_DEVICE void prefetch(const float* array, std::int64_t first) {
  const auto address =
      reinterpret_cast<std::uintptr_t>(array) + sizeof(float) * static_cast<std::uintptr_t>(first);
  for (std::uintptr_t line = 0; line < kPrefetchBlock * sizeof(float); line += 64) {
    __builtin_prefetch(reinterpret_cast<const void*>(address + line));
  }
}

/// Fetches kPrefetchBlock elements of every array. They may lie beyond its end: a prefetch cannot
/// fault.
template <class Optimizer>
CURB_HOST_DEVICE void prefetch_block(const Arrays& arrays, std::int64_t first) {
  prefetch(arrays.weight, first);
  prefetch(arrays.gradient, first);
  if constexpr (Optimizer::kStates > 0) prefetch(arrays.state[0], first);
  if constexpr (Optimizer::kStates > 1) prefetch(arrays.state[1], first);
}

/// Steps `count` elements from `first` on.
template <class Optimizer, bool kMasked, bool kRowStages>
CURB_HOST_DEVICE void step_block(const Coefficients& c, const Arrays& arrays, std::int64_t first,
                                 std::int64_t count) {
#pragma omp simd
  for (std::int64_t i = first; i < first + count; ++i) {
    step_at<Optimizer, kMasked, kRowStages>(c, arrays, i);
  }
}

/// The same for many elements; those that lie `ahead` of them are fetched meanwhile.
template <class Optimizer, bool kMasked, bool kRowStages>
CURB_HOST_DEVICE void step_blocks(const Coefficients& c, const Arrays& arrays, std::int64_t first,
                                  std::int64_t count, std::int64_t ahead) {
  const std::int64_t last = first + count;
  for (; first + kPrefetchBlock <= last; first += kPrefetchBlock) {
    prefetch_block<Optimizer>(arrays, first + ahead);
    step_block<Optimizer, kMasked, kRowStages>(c, arrays, first, kPrefetchBlock);
  }
  if (first == last) return;
  prefetch_block<Optimizer>(arrays, first + ahead);
  step_block<Optimizer, kMasked, kRowStages>(c, arrays, first, last - first);
}

/// The same, with a loop of its own where no gradient has an l1 sign step: g++ leaves the stage out
/// only where the coefficient is a constant. `c` is a copy: one of our own cannot be what the
/// weights overwrite.
template <class Optimizer, bool kMasked, bool kRowStages>
CURB_HOST_DEVICE void step_run(Coefficients c, const Arrays& arrays, std::int64_t first,
                               std::int64_t count, std::int64_t ahead) {
  if (c.l1_sign == 0.0f) {
    c.l1_sign = 0.0f;
    step_blocks<Optimizer, kMasked, kRowStages>(c, arrays, first, count, ahead);
  } else {
    step_blocks<Optimizer, kMasked, kRowStages>(c, arrays, first, count, ahead);
  }
}

}  // namespace
}  // namespace curb::plan
