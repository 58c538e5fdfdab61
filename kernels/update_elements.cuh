// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The fused element-wise step: every stage that needs no whole row, in one pass over memory.
//
// A block takes a run of up to kElementsPerBlock contiguous elements. Where weight, gradient and
// states are misaligned alike, the run's head and tail (up to three elements each) are peeled and
// the rest moves in 16-byte accesses; where they are misaligned differently, no common 16-byte
// boundary exists and the run moves in coalesced 4-byte accesses.
#pragma once

#include <curb/rules/element_step.hpp>

#include "kernels/quad.cuh"
#include "kernels/simt.cuh"
#include "kernels/tensor_view.hpp"

namespace curb::kernels {

inline constexpr int kElementThreads = 256;
inline constexpr int kQuadsPerThread = 4;
inline constexpr int kElementsPerBlock = kElementThreads * kQuadsPerThread * 4;

/// Blocks that a multiprocessor shall hold at once: as many as need no spilling, and enough to keep
/// its share of the memory busy, since each thread has four quads of every array in flight.
template <class Optimizer>
inline constexpr int kElementBlocks = 4 - Optimizer::kStates;

namespace detail {

/// One block's run: pointers to its first element.
template <int kStates>
struct Run {
  float* weight;
  const float* gradient;
  float* state[kStates == 0 ? 1 : kStates];
  const std::uint8_t* mask;
};

template <class Optimizer>
__device__ void update_one(const Optimizer& optimizer, const rules::Coefficients& c,
                           const Run<Optimizer::kStates>& run, std::int64_t i) {
  float state[kMaxStates] = {};
  for (int s = 0; s < Optimizer::kStates; ++s) state[s] = run.state[s][i];
  const bool keep = run.mask == nullptr || run.mask[i] != 0;
  run.weight[i] = rules::update_element(optimizer, c, run.weight[i], run.gradient[i], state, keep);
  for (int s = 0; s < Optimizer::kStates; ++s) run.state[s][i] = state[s];
}

/// The block's quads from `first` on; all loads are issued before the first use.
template <class Optimizer>
__device__ void update_quads(const Optimizer& optimizer, const rules::Coefficients& c,
                             const Run<Optimizer::kStates>& run, int first, int quads) {
  constexpr int kStates = Optimizer::kStates;
  Quad<float> weight[kQuadsPerThread];
  Quad<float> gradient[kQuadsPerThread];
  Quad<float> state[kStates == 0 ? 1 : kStates][kQuadsPerThread];
#pragma unroll
  for (int j = 0; j < kQuadsPerThread; ++j) {
    const int q = static_cast<int>(threadIdx.x) + j * kElementThreads;
    if (q >= quads) continue;
    weight[j] = load_quad(run.weight + first + 4 * q);
    gradient[j] = load_quad(run.gradient + first + 4 * q);
    for (int s = 0; s < kStates; ++s) state[s][j] = load_quad(run.state[s] + first + 4 * q);
  }
#pragma unroll
  for (int j = 0; j < kQuadsPerThread; ++j) {
    const int q = static_cast<int>(threadIdx.x) + j * kElementThreads;
    if (q >= quads) continue;
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      float element_state[kMaxStates] = {};
      for (int s = 0; s < kStates; ++s) element_state[s] = state[s][j].value[k];
      const bool keep = run.mask == nullptr || run.mask[first + 4 * q + k] != 0;
      weight[j].value[k] = rules::update_element(optimizer, c, weight[j].value[k],
                                                 gradient[j].value[k], element_state, keep);
      for (int s = 0; s < kStates; ++s) state[s][j].value[k] = element_state[s];
    }
    store_quad(run.weight + first + 4 * q, weight[j]);
    for (int s = 0; s < kStates; ++s) store_quad(run.state[s] + first + 4 * q, state[s][j]);
  }
}

}  // namespace detail

/// Launch with one block of kElementThreads per item; items[b].count <= kElementsPerBlock.
template <class Optimizer>
__global__ __launch_bounds__(kElementThreads, kElementBlocks<Optimizer>) void update_elements(
    Optimizer optimizer, StepTables tables, const WorkItem* items) {
  const WorkItem item = items[blockIdx.x];
  const TensorView& tensor = tables.tensors[item.tensor];
  const rules::Coefficients c = tables.coefficients[tensor.coefficients];
  if (c.skip) return;
  detail::Run<Optimizer::kStates> run;
  run.weight = tensor.weight + item.first;
  run.gradient = static_cast<const float*>(tables.gradients[item.tensor]) + item.first;
  run.mask = tensor.mask == nullptr ? nullptr : tensor.mask + item.first;
  bool alike = misalignment(run.weight) == misalignment(run.gradient);
  for (int s = 0; s < Optimizer::kStates; ++s) {
    run.state[s] = tensor.state[s] + item.first;
    alike = alike && misalignment(run.weight) == misalignment(run.state[s]);
  }

  const int thread = static_cast<int>(threadIdx.x);
  if (!alike) {
    for (int i = thread; i < item.count; i += kElementThreads) {
      detail::update_one(optimizer, c, run, i);
    }
    return;
  }
  const int to_boundary = (4 - misalignment(run.weight)) % 4;
  const int head = to_boundary < item.count ? to_boundary : item.count;
  const int quads = (item.count - head) / 4;
  detail::update_quads(optimizer, c, run, head, quads);
  const int tail = head + 4 * quads;
  if (thread < head) detail::update_one(optimizer, c, run, thread);
  if (tail + thread < item.count) detail::update_one(optimizer, c, run, tail + thread);
}

}  // namespace curb::kernels
