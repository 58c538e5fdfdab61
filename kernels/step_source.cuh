// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// How the fused kernels turn four elements of each thread into Elements (the source of
// row_update.cuh): gradient, optimiser and element-wise stages, over the arrays of an fp32 tensor
// or over those of any other (mixed_arrays.cuh).
#pragma once

#include <curb/rules/row_step.hpp>
#include <type_traits>

#include "kernels/mixed_arrays.cuh"
#include "kernels/quad.cuh"
#include "kernels/simt.cuh"
#include "kernels/tensor_view.hpp"

namespace curb::kernels {

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

/// The source of a fused step, for tensors that are fp32 throughout and for the others.
template <class Optimizer, bool kMixed>
using SourceOf = StepSource<Optimizer, std::conditional_t<kMixed, MixedArrays, PlainArrays>>;

}  // namespace curb::kernels
