// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What the row kernels share: a row held in registers, and a row that waits in memory.
//
// A source is the element-wise part of a row kernel (that of the fused step: step_source.cuh):
//   template <class Team> void load(team, chunk, Element (&e)[4])    first touch: reads the old
//       values, writes back whatever state changes, and leaves z in `e`
//   template <class Team> void hold(team, chunk, const float (&z)[4])  rows too long for registers:
//       puts z in the weight's place
//   template <class Team> void reload(team, chunk, Element (&e)[4])  and reads it again
//   template <class Team> void store(team, chunk, const float (&w)[4])
//   template <class Row> RowOutcome solve(Row&, length)
#pragma once

#include <curb/rules/row_step.hpp>

#include "kernels/row_team.cuh"
#include "kernels/simt.cuh"
#include "kernels/tensor_view.hpp"

namespace curb::kernels {

inline constexpr int kChunks = rules::kRowSegment / rules::kRowResidues;

/// Hides a register's value from the optimiser, so that nothing derived from it outlives its use.
__device__ inline void recompute_each_time([[maybe_unused]] float& value) {
#if defined(__CUDA_ARCH__)
  asm volatile("" : "+f"(value));
#endif
}

/// Keeps the loads of the next chunk behind this one. With four arrays to read, one chunk's sixteen
/// loads per thread are enough in flight, and more would not fit the registers.
__device__ inline void keep_memory_order() {
#if defined(__CUDA_ARCH__)
  asm volatile("" ::: "memory");
#endif
}

/// A tensor's own counters; null where nothing is counted.
__device__ inline RowStatistics* statistics_of(RowStatistics* statistics, const WorkItem& item) {
  return statistics == nullptr ? nullptr : statistics + item.tensor;
}

/// Counts a row's outcome, once per row.
template <class Team>
__device__ void count_outcome(const Team& team, const rules::RowOutcome& outcome,
                              RowStatistics* statistics) {
  if (statistics == nullptr || !team.leads()) return;
  if (outcome.clamped) atomicAdd(&statistics->clamped_rows, 1ull);
  if (outcome.non_finite) atomicAdd(&statistics->non_finite_rows, 1ull);
}

/// A row held in registers: each worker's segment as sixteen elements per thread.
template <bool kDiagonalMetric, class Team>
class RegisterRow {
 public:
  __device__ explicit RegisterRow(Team& team) : team_(team) {}

  template <class Source>
  __device__ void load(const Source& source) {
#pragma unroll
    for (int chunk = 0; chunk < kChunks; ++chunk) {
      rules::Element e[4];
      source.load(team_, position(chunk), e);
#pragma unroll
      for (int slot = 0; slot < 4; ++slot) {
        weight_[chunk][slot] = e[slot].weight;
        if constexpr (kDiagonalMetric) denominator_[chunk][slot] = e[slot].denominator;
      }
      if constexpr (kDiagonalMetric) keep_memory_order();
    }
  }

  template <class Source>
  __device__ void skip(const Source& source) const {
#pragma unroll
    for (int chunk = 0; chunk < kChunks; ++chunk) source.skip(team_, position(chunk));
  }

  template <class Term>
  __device__ double sum(const Term& term) {
    double residues[4] = {};
#pragma unroll
    for (int chunk = 0; chunk < kChunks; ++chunk) {
#pragma unroll
      for (int slot = 0; slot < 4; ++slot) {
        rules::Element e = element(chunk, slot);
        // Otherwise the compiler hoists the double conversions of all sixteen elements out of the
        // Newton iteration, which spills.
        recompute_each_time(e.weight);
        recompute_each_time(e.denominator);
        residues[slot] = rules::add(residues[slot], term(e.weight, e.denominator));
      }
    }
    return team_.add_segments(0.0, residues);
  }

  __device__ bool any(bool condition) const { return team_.any(condition); }

  template <class Source>
  __device__ void store(const Source& source, const rules::RowOutcome& outcome) const {
#pragma unroll
    for (int chunk = 0; chunk < kChunks; ++chunk) {
      float weight[4];
#pragma unroll
      for (int slot = 0; slot < 4; ++slot) {
        weight[slot] = rules::finish_row_element(outcome, element(chunk, slot));
      }
      source.store(team_, position(chunk), weight);
    }
  }

 private:
  __device__ std::int64_t position(int chunk) const {
    return std::int64_t{team_.worker()} * rules::kRowSegment + chunk * rules::kRowResidues;
  }
  __device__ rules::Element element(int chunk, int slot) const {
    if constexpr (kDiagonalMetric) {
      return {weight_[chunk][slot], denominator_[chunk][slot]};
    } else {
      return {weight_[chunk][slot], 1.0f};
    }
  }

  Team& team_;
  float weight_[kChunks][4];
  float denominator_[kDiagonalMetric ? kChunks : 1][4];
};

/// A row longer than its team holds: the team walks over it round by round, and z waits in the
/// weight's own memory (in cache, if the row fits) between the passes.
template <class Source, class Team>
class MemoryRow {
 public:
  __device__ MemoryRow(const Source& source, Team& team) : source_(source), team_(team) {}

  __device__ void load() {
    for_each_chunk([&](std::int64_t chunk) {
      rules::Element e[4];
      source_.load(team_, chunk, e);
      const float z[4] = {e[0].weight, e[1].weight, e[2].weight, e[3].weight};
      source_.hold(team_, chunk, z);
    });
  }

  __device__ void skip() const {
    for_each_chunk([&](std::int64_t chunk) { source_.skip(team_, chunk); });
  }

  template <class Term>
  __device__ double sum(const Term& term) {
    double total = 0.0;
    for (std::int64_t round = 0; round < team_.length(); round += round_length()) {
      double residues[4] = {};
      for (int k = 0; k < kChunks; ++k) {
        const std::int64_t chunk = position(round, k);
        if (chunk >= team_.length()) break;
        rules::Element e[4];
        source_.reload(team_, chunk, e);
        for (int slot = 0; slot < 4; ++slot) {
          residues[slot] = rules::add(residues[slot], term(e[slot].weight, e[slot].denominator));
        }
      }
      total = team_.add_segments(total, residues);
    }
    return total;
  }

  __device__ bool any(bool condition) const { return team_.any(condition); }

  __device__ void store(const rules::RowOutcome& outcome) const {
    for_each_chunk([&](std::int64_t chunk) {
      rules::Element e[4];
      source_.reload(team_, chunk, e);
      float weight[4];
      for (int slot = 0; slot < 4; ++slot) {
        weight[slot] = rules::finish_row_element(outcome, e[slot]);
      }
      source_.store(team_, chunk, weight);
    });
  }

 private:
  __device__ std::int64_t round_length() const {
    return std::int64_t{team_.workers()} * rules::kRowSegment;
  }
  __device__ std::int64_t position(std::int64_t round, int chunk) const {
    return round + std::int64_t{team_.worker()} * rules::kRowSegment + chunk * rules::kRowResidues;
  }
  template <class Body>
  __device__ void for_each_chunk(const Body& body) const {
    for (std::int64_t round = 0; round < team_.length(); round += round_length()) {
      for (int k = 0; k < kChunks; ++k) {
        const std::int64_t chunk = position(round, k);
        if (chunk < team_.length()) body(chunk);
      }
    }
  }

  const Source& source_;
  Team& team_;
};

}  // namespace curb::kernels
