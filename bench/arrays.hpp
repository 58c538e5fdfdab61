// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The arrays that update benchmarks work on: larger than the caches, and never zero.
#pragma once

#include <cstdint>
#include <memory>

#include "bench/first_step.hpp"

namespace curb::bench {

/// Rows of the weight matrix have this length: one that a max-norm benchmark is quoted for.
inline constexpr std::int64_t kColumns = 1024;

/// In bytes, as the system tells it; 0 where it does not.
std::int64_t last_level_cache();

/// How many elements an array gets: CURB_BENCH_ELEMENTS where it is set, or else as many as make
/// each array four times the last-level cache. Rounded up to whole rows. Throws
/// std::invalid_argument where CURB_BENCH_ELEMENTS is no positive number.
std::int64_t element_count();

/// A weight matrix of [rows()][kColumns], its gradient and two states.
class Arrays {
 public:
  explicit Arrays(std::int64_t count);

  /// Random values from one fixed seed, whatever `threads` is; each thread fills what it will later
  /// work on. The second state is positive, as Adam's is. Gradients make the weights grow in every
  /// other row and shrink in the rest, so that a ball that all rows start outside of goes on to
  /// clamp half of them.
  void fill(int threads);

  FirstStepRow row(std::int64_t r) const { return neuron(r * kColumns, kColumns, 1); }
  /// `length` elements from `first` on, `stride` apart: for matrices of another shape.
  FirstStepRow neuron(std::int64_t first, std::int64_t length, std::int64_t stride) const;

  std::int64_t count() const { return count_; }
  std::int64_t rows() const { return count_ / kColumns; }
  float* weight() { return weight_.get(); }
  float* gradient() { return gradient_.get(); }
  float* state(int i) { return state_[i].get(); }

 private:
  std::int64_t count_;
  std::unique_ptr<float[]> weight_;
  std::unique_ptr<float[]> gradient_;
  std::unique_ptr<float[]> state_[2];
};

}  // namespace curb::bench
