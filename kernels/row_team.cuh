// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Warps that work on one row each segment: neuron = row, the incoming weights lie side by side.
//
// A team answers which elements of the row a thread holds and adds them up in the canonical order
// of curb/rules/row_sum.hpp. Block: (32, workers); worker w holds segment w of a round.
#pragma once

#include <curb/rules/row_sum.hpp>

#include "kernels/quad.cuh"
#include "kernels/simt.cuh"
#include "kernels/tensor_view.hpp"

namespace curb::kernels {

inline constexpr int kWarp = 32;
/// At most 16 warps on a row, so that a thread may use 128 registers: an Adam row (weight and
/// metric, sixteen elements of each) then stays in the register file.
inline constexpr int kMaxWorkers = 16;

/// Adds `value` over the lanes that differ in the bits below `width`, by adjacent pairs.
__device__ inline double warp_pairwise_sum(double value) {
#pragma unroll
  for (int distance = 1; distance < kWarp; distance *= 2) {
    value = rules::add(value, __shfl_xor_sync(0xffffffffu, value, distance));
  }
  return value;
}

/// kQuads: each chunk of 128 elements moves as one 16-byte access per lane (the row, every pointer
/// and the row length are multiples of four); otherwise as four coalesced 4-byte accesses.
template <bool kQuads>
class RowTeam {
 public:
  /// `scratch`: 2 * kMaxWorkers doubles of shared memory; unused by a single worker.
  __device__ RowTeam(const TensorView& tensor, std::int64_t row, int worker, int workers,
                     double* scratch)
      : RowTeam(row * tensor.leading_dimension, tensor.columns, worker, workers, scratch) {}

  /// Of any `length` neighbours, from element `offset` on.
  __device__ RowTeam(std::int64_t offset, std::int64_t length, int worker, int workers,
                     double* scratch)
      : length_(length),
        offset_(offset),
        lane_(static_cast<int>(threadIdx.x)),
        worker_(worker),
        workers_(workers),
        scratch_(scratch) {}

  __device__ int worker() const { return worker_; }
  __device__ int workers() const { return workers_; }
  __device__ std::int64_t length() const { return length_; }
  /// Whether this thread speaks for its row when something is counted once per row.
  __device__ bool leads() const { return lane_ == 0 && worker_ == 0; }

  /// Whether the four elements of a thread lie side by side.
  static constexpr bool kConsecutive = kQuads;

  /// Where in storage this thread's element `slot` of the chunk that begins at `chunk` lies.
  __device__ std::int64_t place(std::int64_t chunk, int slot) const {
    return offset_ + chunk + (kQuads ? 4 * lane_ + slot : kWarp * slot + lane_);
  }

  /// The four elements of this thread in the chunk of 128 that begins at element `chunk`; those
  /// beyond the row's end become `pad`.
  template <class T>
  __device__ void load(const T* base, std::int64_t chunk, T pad, T (&value)[4]) const {
    if constexpr (kQuads) {
      const std::int64_t i = chunk + 4 * lane_;
      Quad<T> quad{{pad, pad, pad, pad}};
      if (i < length_) quad = load_quad(base + offset_ + i);
      for (int slot = 0; slot < 4; ++slot) value[slot] = quad.value[slot];
    } else {
      for (int slot = 0; slot < 4; ++slot) {
        const std::int64_t i = chunk + kWarp * slot + lane_;
        value[slot] = i < length_ ? base[offset_ + i] : pad;
      }
    }
  }

  template <class T>
  __device__ void store(T* base, std::int64_t chunk, const T (&value)[4]) const {
    if constexpr (kQuads) {
      const std::int64_t i = chunk + 4 * lane_;
      if (i >= length_) return;
      Quad<T> quad;
      for (int slot = 0; slot < 4; ++slot) quad.value[slot] = value[slot];
      store_quad(base + offset_ + i, quad);
    } else {
      for (int slot = 0; slot < 4; ++slot) {
        const std::int64_t i = chunk + kWarp * slot + lane_;
        if (i < length_) base[offset_ + i] = value[slot];
      }
    }
  }

  /// total + the sums of this round's segments, in order. `residues[slot]` is this thread's sum
  /// over the chunks of its worker's segment. Called by all threads of the row alike.
  __device__ double add_segments(double total, const double (&residues)[4]) {
    double segment;
    if constexpr (kQuads) {  // residue = 4 lane + slot
      segment = warp_pairwise_sum(
          rules::add(rules::add(residues[0], residues[1]), rules::add(residues[2], residues[3])));
    } else {  // residue = 32 slot + lane
      segment =
          rules::add(rules::add(warp_pairwise_sum(residues[0]), warp_pairwise_sum(residues[1])),
                     rules::add(warp_pairwise_sum(residues[2]), warp_pairwise_sum(residues[3])));
    }
    if (workers_ == 1) return rules::add(total, segment);
    // Two buffers in turn: the barrier of the next call separates reading this one from writing it.
    double* segments = scratch_ + parity_ * kMaxWorkers;
    parity_ ^= 1;
    if (lane_ == 0) segments[worker_] = segment;
    __syncthreads();
    for (int w = 0; w < workers_; ++w) total = rules::add(total, segments[w]);
    return total;
  }

  /// One row only: its threads agree already.
  __device__ bool any(bool condition) const { return condition; }

 private:
  std::int64_t length_;
  std::int64_t offset_;
  int lane_;
  int worker_;
  int workers_;
  int parity_ = 0;
  double* scratch_;
};

}  // namespace curb::kernels
