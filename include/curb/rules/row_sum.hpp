// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The one order in which a row is summed, so that every executor gets the same bits.
//
// A row is cut into segments of 512. Inside a segment, element i belongs to residue i mod 128; the
// four elements of a residue are added in order, the 128 residues by a tree of adjacent pairs, and
// the segment sums in order. A warp (or 32 threads of a column block) holds a segment in registers
// either as four quads or as sixteen scalars per thread, and both can add in this order cheaply;
// nothing in it depends on alignment, orientation or launch shape. Elements beyond the row's end
// count as zero, which adding leaves exact.
#pragma once

#include <curb/rules/numeric.hpp>

namespace curb::rules {

inline constexpr int kRowSegment = 512;
inline constexpr int kRowResidues = 128;

/// Adds `terms[0..width)`, width a power of two, by adjacent pairs; the array is used up.
CURB_HOST_DEVICE double pairwise_sum(double (&terms)[kRowResidues], int width) {
  for (; width > 1; width /= 2) {
    for (int i = 0; i < width / 2; ++i) terms[i] = add(terms[2 * i], terms[2 * i + 1]);
  }
  return terms[0];
}

/// The sum over i in [0, n) of term(i), in the canonical order.
template <class Term>
CURB_HOST_DEVICE double canonical_row_sum(std::int64_t n, const Term& term) {
  // A short row fills few residues, and a tree over the zeros beside them would change nothing.
  int width = 1;
  while (width < kRowResidues && width < n) width *= 2;
  double total = 0.0;
  for (std::int64_t first = 0; first < n; first += kRowSegment) {
    double residues[kRowResidues];
    for (int i = 0; i < width; ++i) residues[i] = 0.0;
    const std::int64_t last = n - first < kRowSegment ? n : first + kRowSegment;
    for (std::int64_t chunk = first; chunk < last; chunk += kRowResidues) {
      const int count = static_cast<int>(last - chunk < kRowResidues ? last - chunk : kRowResidues);
      for (int i = 0; i < count; ++i) residues[i] = add(residues[i], term(chunk + i));
    }
    total = add(total, pairwise_sum(residues, width));
  }
  return total;
}

}  // namespace curb::rules
