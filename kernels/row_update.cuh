// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What the fused row kernels share: how a thread turns its share of a chunk into Elements.
//
// A source is the element-wise part of a row kernel:
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

/// The arrays of a tensor that is fp32 throughout. MixedArrays (mixed_arrays.cuh) is the other
/// kind.
class PlainArrays {
 public:
  static constexpr bool kMixed = false;

  __device__ PlainArrays(const TensorView& tensor, const void* gradient, const rules::Coefficients&)
      : tensor_(tensor), gradient_(static_cast<const float*>(gradient)) {}

  /// By how many elements each array is misaligned, or -1 where they differ. Null is aligned.
  template <int kStates>
  __device__ int common_misalignment() const {
    const int first = misalignment(tensor_.weight);
    bool alike = misalignment(gradient_) == first &&
                 (tensor_.mask == nullptr || misalignment(tensor_.mask) == first);
    for (int s = 0; s < kStates; ++s) alike = alike && misalignment(tensor_.state[s]) == first;
    return alike ? first : -1;
  }

  template <class Team>
  __device__ void load_weight(const Team& team, std::int64_t chunk, float (&weight)[4]) const {
    team.load(static_cast<const float*>(tensor_.weight), chunk, 0.0f, weight);
  }
  template <class Team>
  __device__ void load_gradient(const Team& team, std::int64_t chunk, float (&gradient)[4]) const {
    team.load(gradient_, chunk, 0.0f, gradient);
  }
  template <class Team>
  __device__ void load_state(const Team& team, std::int64_t chunk, int s, float (&state)[4]) const {
    team.load(static_cast<const float*>(tensor_.state[s]), chunk, 0.0f, state);
  }
  template <class Team>
  __device__ void store_state(const Team& team, std::int64_t chunk, int s,
                              const float (&state)[4]) const {
    team.store(tensor_.state[s], chunk, state);
  }
  template <class Team>
  __device__ void store_weight(const Team& team, std::int64_t chunk,
                               const float (&weight)[4]) const {
    team.store(tensor_.weight, chunk, weight);
  }
  /// Puts z in the weight's place until the row stages have been solved; load_weight reads it back.
  template <class Team>
  __device__ void hold(const Team& team, std::int64_t chunk, const float (&z)[4]) const {
    store_weight(team, chunk, z);
  }

 private:
  const TensorView& tensor_;
  const float* gradient_;
};

/// The source of the fused step: gradient, optimiser and element-wise stages.
template <class Optimizer, class Arrays>
class StepSource {
 public:
  static constexpr bool kDiagonalMetric = Optimizer::kDiagonalMetric;
  static constexpr int kStates = Optimizer::kStates;
  static constexpr bool kMixed = Arrays::kMixed;

  __device__ StepSource(const Optimizer& optimizer, const TensorView& tensor, const void* gradient,
                        const rules::Coefficients& coefficients)
      : optimizer_(optimizer),
        tensor_(tensor),
        arrays_(tensor, gradient, coefficients),
        c_(coefficients) {}

  /// By how many elements each array is misaligned at that element, or -1 where they differ.
  __device__ int common_misalignment(std::int64_t element) const {
    const int first = arrays_.template common_misalignment<kStates>();
    return first < 0 ? first : static_cast<int>((first + element) % 4);
  }

  /// Whether every row of the tensor can move in quads.
  __device__ bool rows_are_quads() const {
    return tensor_.columns % 4 == 0 && tensor_.leading_dimension % 4 == 0 &&
           common_misalignment(0) == 0;
  }

  template <class Team>
  __device__ void load(const Team& team, std::int64_t chunk, rules::Element (&e)[4]) const {
    step_each(team, chunk, e, [](const rules::Coefficients& c, rules::Element element) {
      return rules::row_element<Optimizer>(c, element);
    });
  }

  /// The whole step of elements that no row stage touches.
  template <class Team>
  __device__ void step(const Team& team, std::int64_t chunk) const {
    rules::Element e[4];
    step_each(team, chunk, e, [](const rules::Coefficients& c, rules::Element element) {
      return rules::Element{rules::shrink_element<Optimizer>(c, element), 1.0f};
    });
    const float weight[4] = {e[0].weight, e[1].weight, e[2].weight, e[3].weight};
    arrays_.store_weight(team, chunk, weight);
  }

  template <class Team>
  __device__ void hold(const Team& team, std::int64_t chunk, const float (&z)[4]) const {
    arrays_.hold(team, chunk, z);
  }

  template <class Team>
  __device__ void reload(const Team& team, std::int64_t chunk, rules::Element (&e)[4]) const {
    float weight[4];
    float state[kMaxStates][4] = {};
    arrays_.load_weight(team, chunk, weight);
    if constexpr (kDiagonalMetric) {
      for (int s = 0; s < kStates; ++s) arrays_.load_state(team, chunk, s, state[s]);
    }
#pragma unroll
    for (int slot = 0; slot < 4; ++slot) {
      e[slot] = {weight[slot], 1.0f};
      if constexpr (kDiagonalMetric) {
        const float element_state[kMaxStates] = {state[0][slot], state[1][slot]};
        e[slot].denominator = rules::row_denominator(c_, optimizer_.denominator(c_, element_state));
      }
    }
  }

  template <class Team>
  __device__ void store(const Team& team, std::int64_t chunk, const float (&weight)[4]) const {
    arrays_.store_weight(team, chunk, weight);
  }

  /// Of a step that is skipped: all that happens to the chunk.
  template <class Team>
  __device__ void skip(const Team& team, std::int64_t chunk) const {
    arrays_.zero_gradient(team, chunk);
  }

  template <class Row>
  __device__ rules::RowOutcome solve(Row& row, std::int64_t length) const {
    return rules::solve_row<Optimizer>(c_, length, row);
  }

 private:
  /// From memory to finish(c, Element) of each element; what changes beside the weight is stored.
  template <class Team, class Finish>
  __device__ void step_each(const Team& team, std::int64_t chunk, rules::Element (&e)[4],
                            const Finish& finish) const {
    float weight[4];
    float gradient[4];
    float state[kMaxStates][4] = {};
    std::uint8_t keep[4] = {1, 1, 1, 1};
    arrays_.load_weight(team, chunk, weight);
    arrays_.load_gradient(team, chunk, gradient);
    for (int s = 0; s < kStates; ++s) arrays_.load_state(team, chunk, s, state[s]);
    if (tensor_.mask != nullptr) team.load(tensor_.mask, chunk, std::uint8_t{1}, keep);
#pragma unroll
    for (int slot = 0; slot < 4; ++slot) {
      float element_state[kMaxStates] = {state[0][slot], state[1][slot]};
      e[slot] = finish(c_, rules::step_element(optimizer_, c_, weight[slot], gradient[slot],
                                               element_state, keep[slot] != 0));
      for (int s = 0; s < kStates; ++s) state[s][slot] = element_state[s];
    }
    for (int s = 0; s < kStates; ++s) arrays_.store_state(team, chunk, s, state[s]);
    if constexpr (kMixed) arrays_.zero_gradient(team, chunk);
  }

  const Optimizer& optimizer_;
  const TensorView& tensor_;
  Arrays arrays_;
  const rules::Coefficients& c_;
};

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
