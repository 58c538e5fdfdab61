// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The launchers of what a network does besides matrix products: plain C++, no CUDA header.
//
// All pointers are device pointers, aligned to their type, and must stay valid until the stream has
// passed the launch; matrices are row-major and contiguous, and arrays overlap only where it is
// said that they may. A launch allocates nothing, waits for nothing and may be captured; no element
// is no work. Errors are curb::CudaError.
//
// Element by element the bits are those that the rules give on the host. Sums are in double and in
// an order that depends on their sizes alone.
#pragma once

#include <cstdint>
#include <curb/rules/activations.hpp>
#include <curb/rules/dropout.hpp>
#include <curb/rules/image_motion.hpp>
#include <curb/rules/philox.hpp>

struct CUstream_st;

namespace curb::kernels {

using Stream = CUstream_st*;  ///< the same type as cudaStream_t

/// values[r, j] = activation(values[r, j] + bias[j]), of [rows, width]. `pre_activation`, of the
/// same shape, receives the argument of the activation; null: not wanted.
void add_bias_and_activate(rules::Activation activation, const float* bias, std::int64_t rows,
                           std::int64_t width, float* values, float* pre_activation, Stream stream);

/// delta[i] *= activation'(kept[i]); see rules/activations.hpp for what is kept.
void multiply_by_slope(rules::Activation activation, const float* kept, float* delta,
                       std::int64_t count, Stream stream);

/// sums[j] = the sum over r of values[r, j], of [rows, columns]; no rows give zero.
void sum_columns(const float* values, std::int64_t rows, std::int64_t columns, float* sums,
                 Stream stream);

/// Values and where the nearest bfloat16 of each goes.
struct RoundedCopy {
  const float* from = nullptr;
  std::uint16_t* to = nullptr;
  std::int64_t count = 0;
};

/// Both in one launch.
void round_to_bfloat16(const RoundedCopy& first, const RoundedCopy& second, Stream stream);

/// The outputs of a batch and what they should have been: labels, each in [0, outputs), or targets
/// in the outputs' own shape; the other is null.
struct LossRows {
  std::int64_t rows;
  std::int64_t outputs;
  const float* output;
  const std::int32_t* labels;
  const float* targets;
  float* delta;  ///< [rows, outputs]: the gradient; null: not wanted; may be `output`
  /// [outputs]: by which a row's loss and gradient are multiplied, at its label; null: by 1. With
  /// labels only.
  const float* class_weights = nullptr;
};

/// What the launch adds to.
struct LossSums {
  double* loss;
  std::uint64_t* samples;
  std::uint64_t* correct;
};

/// Where blocks leave their sums for the one that comes last. Zero before its first use; serves one
/// launch at a time, in any number.
inline constexpr int kMaxLossBlocks = 128;
struct LossScratch {
  double loss[kMaxLossBlocks];
  std::uint64_t correct[kMaxLossBlocks];
  std::uint32_t arrived;
};

/// -log softmax(output)[label]. The gradient is that of the mean over the rows, here and below.
void softmax_cross_entropy(const LossRows& rows, const LossSums& sums, LossScratch* scratch,
                           Stream stream);
/// log(1 + e^z) - z target, summed over the outputs z. With targets, a row counts as correct if
/// every output is on its target's side of one half; with labels, as above, if the label's output
/// is the largest, the first of equals.
void sigmoid_cross_entropy(const LossRows& rows, const LossSums& sums, LossScratch* scratch,
                           Stream stream);
/// scale |output - target|^2; with targets no row counts as correct.
void squared_error(const LossRows& rows, double scale, const LossSums& sums, LossScratch* scratch,
                   Stream stream);

/// What names the random numbers of a launch: elements draw the words of random_block.
struct RandomSource {
  rules::RandomKey key;
  const std::uint64_t* step;  ///< in device memory, so that a replayed graph draws anew
};

/// y[i] = rule(word of element i, x[i]); y may be x.
void drop(const RandomSource& random, const rules::Dropout& rule, const float* x, float* y,
          std::int64_t count, Stream stream);

/// y[i] = x[i] + deviation * normal number of element i; y may be x.
void add_gaussian_noise(const RandomSource& random, float deviation, const float* x, float* y,
                        std::int64_t count, Stream stream);

/// Image i of y is image i of x, [images, height, width] each, moved by the motion that block i of
/// random_block draws within the limits.
void move_images(const RandomSource& random, const rules::ImageMotionLimits& limits,
                 const rules::ImageShape& shape, const float* x, float* y, std::int64_t images,
                 Stream stream);

/// A matrix of which rows are taken, [samples, columns], and where to, [rows, columns].
template <class T>
struct GatheredRows {
  const T* from;  ///< null: none
  T* to;
  std::int64_t columns;
};

/// Row i of each result is row order[*position + ahead + i] of its matrix. The matrices and the
/// order may be pinned memory of the host.
void gather_rows(const std::uint32_t* order, const std::uint64_t* position, std::int64_t ahead,
                 std::int64_t rows, const GatheredRows<float>& features,
                 const GatheredRows<std::int32_t>& labels, const GatheredRows<float>& targets,
                 Stream stream);

/// ++*step, *position += rows.
void advance_clock(std::uint64_t* step, std::uint64_t* position, std::int64_t rows, Stream stream);

}  // namespace curb::kernels
