// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The arrays of a tensor as the mixed kernels see them: fp32 in registers, whatever memory holds.
//
// How a tensor is stored is the same for all of it, so that every branch here is uniform, and the
// kernels wait for memory rather than for branches. One kernel for every form instead of one for
// each combination of forms keeps the library small.
#pragma once

#include <curb/rules/average.hpp>
#include <curb/rules/effective_step.hpp>
#include <curb/rules/stochastic_rounding.hpp>
#include <curb/rules/storage.hpp>

#include "kernels/quad.cuh"
#include "kernels/simt.cuh"
#include "kernels/tensor_view.hpp"

namespace curb::kernels {

/// By how many elements the gradient is misaligned.
__device__ inline int gradient_misalignment(const TensorView& tensor, const void* gradient) {
  return tensor.gradient_type == rules::DataType::float32
             ? misalignment(static_cast<const float*>(gradient))
             : misalignment(static_cast<const std::uint16_t*>(gradient));
}

template <class Team>
__device__ void load_gradient(const TensorView& tensor, const void* gradient, const Team& team,
                              std::int64_t chunk, float (&value)[4]) {
  if (tensor.gradient_type == rules::DataType::float32) {
    team.load(static_cast<const float*>(gradient), chunk, 0.0f, value);
    return;
  }
  std::uint16_t stored[4];
  team.load(static_cast<const std::uint16_t*>(gradient), chunk, std::uint16_t{0}, stored);
  for (int slot = 0; slot < 4; ++slot) {
    value[slot] = rules::from_16_bits(tensor.gradient_type, stored[slot]);
  }
}

/// The weights, and nothing but them, of any form.
template <class Team>
__device__ void load_weight(const TensorView& tensor, const Team& team, std::int64_t chunk,
                            float (&weight)[4]) {
  if (tensor.storage <= rules::Storage::bfloat16_master) {
    team.load(static_cast<const float*>(tensor.weight), chunk, 0.0f, weight);
    return;
  }
  std::uint16_t upper[4];
  team.load(static_cast<const std::uint16_t*>(tensor.bfloat16), chunk, std::uint16_t{0}, upper);
  if (tensor.storage == rules::Storage::bfloat16_remainder) {
    std::uint16_t lower[4];
    team.load(static_cast<const std::uint16_t*>(tensor.remainder), chunk, std::uint16_t{0}, lower);
    for (int slot = 0; slot < 4; ++slot) weight[slot] = rules::join({upper[slot], lower[slot]});
  } else {
    for (int slot = 0; slot < 4; ++slot) weight[slot] = rules::from_bfloat16(upper[slot]);
  }
}

/// The same contract as PlainArrays (step_source.cuh), and what only a mixed tensor has.
class MixedArrays {
 public:
  static constexpr bool kMixed = true;

  __device__ MixedArrays(const TensorView& tensor, const void* gradient,
                         const rules::Coefficients& coefficients)
      : tensor_(tensor), gradient_(gradient), c_(coefficients) {}

  template <int kStates>
  __device__ int common_misalignment() const {
    const bool fp32 = tensor_.storage <= rules::Storage::bfloat16_master;
    const int first = fp32 ? misalignment(tensor_.weight) : misalignment(tensor_.bfloat16);
    const auto alike = [first](const auto* p) { return p == nullptr || misalignment(p) == first; };
    bool all = alike(tensor_.bfloat16) && alike(tensor_.remainder) && alike(tensor_.velocity) &&
               alike(tensor_.average) && alike(tensor_.mask);
    for (int s = 0; s < kStates; ++s) all = all && alike(tensor_.state[s]);
    return all && gradient_misalignment(tensor_, gradient_) == first ? first : -1;
  }

  template <class Team>
  __device__ void load_weight(const Team& team, std::int64_t chunk, float (&weight)[4]) const {
    kernels::load_weight(tensor_, team, chunk, weight);
  }

  template <class Team>
  __device__ void load_gradient(const Team& team, std::int64_t chunk, float (&gradient)[4]) const {
    kernels::load_gradient(tensor_, gradient_, team, chunk, gradient);
  }

  template <class Team>
  __device__ void load_state(const Team& team, std::int64_t chunk, int s, float (&state)[4]) const {
    if (s > 0 || tensor_.velocity == nullptr) {
      team.load(static_cast<const float*>(tensor_.state[s]), chunk, 0.0f, state);
      return;
    }
    std::uint16_t stored[4];
    team.load(static_cast<const std::uint16_t*>(tensor_.velocity), chunk, std::uint16_t{0}, stored);
    for (int slot = 0; slot < 4; ++slot) state[slot] = rules::from_bfloat16(stored[slot]);
  }

  template <class Team>
  __device__ void store_state(const Team& team, std::int64_t chunk, int s,
                              const float (&state)[4]) const {
    if (s > 0 || tensor_.velocity == nullptr) return team.store(tensor_.state[s], chunk, state);
    std::uint16_t stored[4];
    for (int slot = 0; slot < 4; ++slot) stored[slot] = rules::to_bfloat16(state[slot]);
    team.store(tensor_.velocity, chunk, stored);
  }

  /// The weight's last value in this step: the only one that is rounded and averaged.
  template <class Team>
  __device__ void store_weight(const Team& team, std::int64_t chunk,
                               const float (&weight)[4]) const {
    switch (tensor_.storage) {
      case rules::Storage::bfloat16_master:
        store_copy(team, chunk, weight);
        [[fallthrough]];
      case rules::Storage::float32:
        team.store(tensor_.weight, chunk, weight);
        return store_average(team, chunk, weight);
      case rules::Storage::bfloat16_remainder:
        store_halves(team, chunk, weight);
        return store_average(team, chunk, weight);
      case rules::Storage::bfloat16_stochastic:
        return store_rounded(team, chunk, weight);
    }
  }

  /// z must come back as it is, which bfloat16 alone cannot promise: a plan gives no row that is
  /// too long for registers to bfloat16_stochastic.
  template <class Team>
  __device__ void hold(const Team& team, std::int64_t chunk, const float (&z)[4]) const {
    if (tensor_.storage == rules::Storage::bfloat16_remainder) {
      store_halves(team, chunk, z);
    } else {
      team.store(tensor_.weight, chunk, z);
    }
  }

  /// The plan had the gradient from bind_writable_gradients if it is to be zeroed.
  template <class Team>
  __device__ void zero_gradient(const Team& team, std::int64_t chunk) const {
    if (!tensor_.zero_gradient) return;
    void* gradient = const_cast<void*>(gradient_);
    if (tensor_.gradient_type == rules::DataType::float32) {
      const float zero[4] = {};
      team.store(static_cast<float*>(gradient), chunk, zero);
    } else {
      const std::uint16_t zero[4] = {};
      team.store(static_cast<std::uint16_t*>(gradient), chunk, zero);
    }
  }

 private:
  template <class Team>
  __device__ void store_copy(const Team& team, std::int64_t chunk, const float (&weight)[4]) const {
    std::uint16_t copy[4];
    for (int slot = 0; slot < 4; ++slot) copy[slot] = rules::to_bfloat16(weight[slot]);
    team.store(tensor_.bfloat16, chunk, copy);
  }

  template <class Team>
  __device__ void store_halves(const Team& team, std::int64_t chunk,
                               const float (&weight)[4]) const {
    std::uint16_t upper[4];
    std::uint16_t lower[4];
    for (int slot = 0; slot < 4; ++slot) {
      const rules::SplitFloat halves = rules::split(weight[slot]);
      upper[slot] = halves.bfloat16;
      lower[slot] = halves.remainder;
    }
    team.store(tensor_.bfloat16, chunk, upper);
    team.store(tensor_.remainder, chunk, lower);
  }

  template <class Team>
  __device__ void store_rounded(const Team& team, std::int64_t chunk,
                                const float (&weight)[4]) const {
    std::uint16_t random[4];
    if (Team::kConsecutive && team.place(chunk, 0) % 4 == 0) {
      rules::rounding_bits(tensor_.random_key, c_.step, team.place(chunk, 0), random);
    } else {
      for (int slot = 0; slot < 4; ++slot) {
        random[slot] = rules::rounding_bits(tensor_.random_key, c_.step, team.place(chunk, slot));
      }
    }
    std::uint16_t rounded[4];
    float stored[4];
    for (int slot = 0; slot < 4; ++slot) {
      rounded[slot] = rules::to_bfloat16_stochastic(weight[slot], random[slot]);
      stored[slot] = rules::from_bfloat16(rounded[slot]);
    }
    team.store(tensor_.bfloat16, chunk, rounded);
    store_average(team, chunk, stored);
  }

  template <class Team>
  __device__ void store_average(const Team& team, std::int64_t chunk,
                                const float (&weight)[4]) const {
    if (tensor_.average == nullptr) return;
    float average[4];
    team.load(static_cast<const float*>(tensor_.average), chunk, 0.0f, average);
    for (int slot = 0; slot < 4; ++slot) {
      average[slot] = rules::moving_average(average[slot], weight[slot], c_.ema_gain);
    }
    team.store(tensor_.average, chunk, average);
  }

  const TensorView& tensor_;
  const void* gradient_;
  const rules::Coefficients& c_;
};

}  // namespace curb::kernels
