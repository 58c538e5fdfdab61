// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The fused element-wise step for tensors that are not fp32 throughout: the same run and the same
// peeling as in update_elements.cuh, four elements at a time, through MixedArrays.
#pragma once

#include "kernels/simt.cuh"
#include "kernels/step_source.cuh"
#include "kernels/tensor_view.hpp"
#include "kernels/update_elements.cuh"

namespace curb::kernels {

/// The threads of a block on a run of neighbouring elements: what RowTeam is to a row, without
/// sums.
template <bool kQuads>
class RunTeam {
 public:
  static constexpr bool kConsecutive = kQuads;
  static constexpr int kChunk = 4 * kElementThreads;

  __device__ RunTeam(std::int64_t first, int count)
      : first_(first), count_(count), thread_(static_cast<int>(threadIdx.x)) {}

  __device__ int count() const { return count_; }
  __device__ std::int64_t place(std::int64_t chunk, int slot) const {
    return first_ + chunk + (kQuads ? 4 * thread_ + slot : kElementThreads * slot + thread_);
  }

  template <class T>
  __device__ void load(const T* base, std::int64_t chunk, T pad, T (&value)[4]) const {
    if constexpr (kQuads) {
      Quad<T> quad{{pad, pad, pad, pad}};
      if (chunk + 4 * thread_ < count_) quad = load_quad(base + place(chunk, 0));
      for (int slot = 0; slot < 4; ++slot) value[slot] = quad.value[slot];
    } else {
      for (int slot = 0; slot < 4; ++slot) {
        value[slot] = holds(chunk, slot) ? base[place(chunk, slot)] : pad;
      }
    }
  }

  template <class T>
  __device__ void store(T* base, std::int64_t chunk, const T (&value)[4]) const {
    if constexpr (kQuads) {
      if (chunk + 4 * thread_ >= count_) return;
      Quad<T> quad;
      for (int slot = 0; slot < 4; ++slot) quad.value[slot] = value[slot];
      store_quad(base + place(chunk, 0), quad);
    } else {
      for (int slot = 0; slot < 4; ++slot) {
        if (holds(chunk, slot)) base[place(chunk, slot)] = value[slot];
      }
    }
  }

 private:
  __device__ bool holds(std::int64_t chunk, int slot) const {
    return chunk + kElementThreads * slot + thread_ < count_;
  }

  std::int64_t first_;
  int count_;
  int thread_;
};

namespace detail {

template <class Source, bool kQuads>
__device__ void step_run(const Source& source, const RunTeam<kQuads>& team, bool skip) {
  for (int chunk = 0; chunk < team.count(); chunk += RunTeam<kQuads>::kChunk) {
    if (skip) {
      source.skip(team, chunk);
    } else {
      source.step(team, chunk);
    }
  }
}

}  // namespace detail

/// Launch with one block of kElementThreads per item; items[b].count <= kElementsPerBlock.
template <class Optimizer>
__global__ __launch_bounds__(kElementThreads, 2) void update_mixed_elements(Optimizer optimizer,
                                                                            StepTables tables,
                                                                            const WorkItem* items) {
  const WorkItem item = items[blockIdx.x];
  const TensorView& tensor = tables.tensors[item.tensor];
  const rules::Coefficients c = tables.coefficients[tensor.coefficients];
  const SourceOf<Optimizer, true> source(optimizer, tensor, tables.gradients[item.tensor], c);

  // Beside the quads there are a head and a tail, or everything where the arrays have no boundary
  // in common.
  const int misaligned = source.common_misalignment(item.first);
  int head = item.count;
  int quads = 0;
  if (misaligned >= 0) {
    const int to_boundary = (4 - misaligned) % 4;
    head = to_boundary < item.count ? to_boundary : item.count;
    quads = (item.count - head) / 4;
  }
  const int tail = head + 4 * quads;
  detail::step_run(source, RunTeam<true>(item.first + head, 4 * quads), c.skip);
  detail::step_run(source, RunTeam<false>(item.first, head), c.skip);
  detail::step_run(source, RunTeam<false>(item.first + tail, item.count - tail), c.skip);
}

}  // namespace curb::kernels
