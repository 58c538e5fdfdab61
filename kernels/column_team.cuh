// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Threads that work on neighbouring columns: neuron = column, as in [in, out] weights.
//
// The same contract as RowTeam (row_team.cuh), for a "row" whose elements lie a leading dimension
// apart. Block: (kColumns, 32): accesses are coalesced over x, and y plays the warp's lane.
// Neighbouring columns share barriers, so they run in lockstep.
#pragma once

#include <curb/rules/row_sum.hpp>

#include "kernels/row_team.cuh"
#include "kernels/simt.cuh"
#include "kernels/tensor_view.hpp"

namespace curb::kernels {

class ColumnTeam {
 public:
  static constexpr int kColumns = 8;  // one 32-byte sector wide
  static constexpr int kThreads = kColumns * kWarp;
  static constexpr int kScratch = (kWarp + 1) * kColumns;

  /// `scratch`: kScratch doubles of shared memory.
  __device__ ColumnTeam(const TensorView& tensor, std::int64_t first, int count, double* scratch)
      : length_(tensor.rows),
        leading_dimension_(tensor.leading_dimension),
        column_(first + static_cast<int>(threadIdx.x)),
        active_(static_cast<int>(threadIdx.x) < count),
        scratch_(scratch) {}

  __device__ int worker() const { return 0; }
  __device__ int workers() const { return 1; }
  __device__ std::int64_t length() const { return length_; }
  /// A block's missing columns have threads too, which only keep the barriers company.
  __device__ bool leads() const { return active_ && lane() == 0; }

  static constexpr bool kConsecutive = false;
  __device__ std::int64_t place(std::int64_t chunk, int slot) const {
    return (chunk + 4 * lane() + slot) * leading_dimension_ + column_;
  }

  /// The four elements of this thread in the chunk of 128 that begins at element `chunk`; those
  /// beyond the column's end become `pad`.
  template <class T>
  __device__ void load(const T* base, std::int64_t chunk, T pad, T (&value)[4]) const {
    const std::int64_t i = chunk + 4 * lane();
    const T* p = base + i * leading_dimension_ + column_;
    for (int slot = 0; slot < 4; ++slot, p += leading_dimension_) {
      value[slot] = active_ && i + slot < length_ ? *p : pad;
    }
  }

  template <class T>
  __device__ void store(T* base, std::int64_t chunk, const T (&value)[4]) const {
    const std::int64_t i = chunk + 4 * lane();
    T* p = base + i * leading_dimension_ + column_;
    for (int slot = 0; slot < 4; ++slot, p += leading_dimension_) {
      if (active_ && i + slot < length_) *p = value[slot];
    }
  }

  /// total + this round's segment, as in RowTeam. Called by all threads of the block alike.
  __device__ double add_segments(double total, const double (&residues)[4]) {
    const int x = static_cast<int>(threadIdx.x);
    double* segment = scratch_ + kWarp * kColumns;
    scratch_[lane() * kColumns + x] =
        rules::add(rules::add(residues[0], residues[1]), rules::add(residues[2], residues[3]));
    __syncthreads();
    if (lane() == 0) segment[x] = sum_lanes(scratch_ + x);
    __syncthreads();
    return rules::add(total, segment[x]);
  }

  __device__ bool any(bool condition) const { return __syncthreads_or(condition) != 0; }

 private:
  __device__ static int lane() { return static_cast<int>(threadIdx.y); }

  /// Adjacent pairs over kLanes lanes of one column, from `first` on.
  template <int kLanes = kWarp>
  __device__ static double sum_lanes(const double* first) {
    if constexpr (kLanes == 1) {
      return *first;
    } else {
      return rules::add(sum_lanes<kLanes / 2>(first),
                        sum_lanes<kLanes / 2>(first + kLanes / 2 * kColumns));
    }
  }

  std::int64_t length_;
  std::int64_t leading_dimension_;
  std::int64_t column_;
  bool active_;
  double* scratch_;
};

}  // namespace curb::kernels
