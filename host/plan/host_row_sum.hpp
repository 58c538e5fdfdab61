// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The canonical row sum (curb/rules/row_sum.hpp) on the host: in pieces that can be taken while the
// row goes by, since a sum in a pass of its own would leave memory idle, and in vectors.
//
// Included by the loops that are compiled once per instruction set: all of it has internal linkage.
#pragma once

#include <algorithm>
#include <curb/rules/row_step.hpp>

#include "host/plan/host_step.hpp"

namespace curb::plan {
namespace {

/// Adds by adjacent pairs. A width that is known and a new array for every level let the compiler
/// use vectors throughout.
template <int kWidth>
CURB_HOST_DEVICE double pairwise_sum(const double (&terms)[kWidth]) {
  double sums[kWidth / 2];
  for (int i = 0; i < kWidth / 2; ++i) sums[i] = rules::add(terms[2 * i], terms[2 * i + 1]);
  if constexpr (kWidth == 2) {
    return sums[0];
  } else {
    return pairwise_sum(sums);
  }
}

/// The sum of term(i) over one segment, i in [0, count).
template <class Term>
CURB_HOST_DEVICE double segment_sum(std::int64_t count, const Term& term) {
  constexpr int kResidues = rules::kRowResidues;
  static_assert(rules::kRowSegment == 4 * kResidues);
  alignas(64) double residues[kResidues];
  if (count == rules::kRowSegment) {
    for (int i = 0; i < kResidues; ++i) {
      const double half = rules::add(term(i), term(i + kResidues));
      residues[i] = rules::add(rules::add(half, term(i + 2 * kResidues)), term(i + 3 * kResidues));
    }
  } else {
    for (double& residue : residues) residue = 0.0;
    for (std::int64_t first = 0; first < count; first += kResidues) {
      const int width = static_cast<int>(std::min<std::int64_t>(kResidues, count - first));
      for (int i = 0; i < width; ++i) residues[i] = rules::add(residues[i], term(first + i));
    }
  }
  return pairwise_sum(residues);
}

/// The sums of squares of up to kHostColumns neighbouring columns, side by side.
class ColumnSums {
 public:
  explicit ColumnSums(std::int64_t rows) {
    while (width_ < rules::kRowResidues && width_ < rows) width_ *= 2;
    clear();
  }

  /// Adds the squares of the next row's `columns` elements.
  CURB_HOST_DEVICE void add(const float* row, int columns) {
    double* sums = residues_[rows_ % rules::kRowResidues];
    for (int x = 0; x < columns; ++x) {
      sums[x] = rules::add(sums[x], rules::SquaredWeight{}(row[x], 1.0f));
    }
    if (++rows_ == rules::kRowSegment) end_segment();
  }

  const double (&totals())[kHostColumns] {
    if (rows_ > 0) end_segment();
    return totals_;
  }

 private:
  void end_segment() {
    for (int width = width_ / 2; width > 0; width /= 2) {
      for (int i = 0; i < width; ++i) {
        for (int x = 0; x < kHostColumns; ++x) {
          residues_[i][x] = rules::add(residues_[2 * i][x], residues_[2 * i + 1][x]);
        }
      }
    }
    for (int x = 0; x < kHostColumns; ++x) totals_[x] = rules::add(totals_[x], residues_[0][x]);
    clear();
  }

  void clear() {
    rows_ = 0;
    for (int i = 0; i < width_; ++i) {
      for (double& sum : residues_[i]) sum = 0.0;
    }
  }

  /// Short columns fill few residues, and a tree over zeros would change nothing.
  int width_ = 1;
  int rows_ = 0;
  alignas(64) double residues_[rules::kRowResidues][kHostColumns];
  double totals_[kHostColumns] = {};
};

}  // namespace
}  // namespace curb::plan
