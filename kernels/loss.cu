// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The losses of a batch, their sum and their gradients.
//
// A warp takes a row at a time, whose columns its lanes share. What the blocks found is added by
// the block that comes last, in the order of the blocks: one launch, and the same bits every time.
#include <curb/rules/elementary.hpp>

#include "kernels/launch.cuh"
#include "kernels/network.hpp"
#include "kernels/row_team.cuh"
#include "kernels/simt.cuh"

namespace curb::kernels {
namespace detail {

constexpr int kWarps = 8;
constexpr int kThreads = kWarps * kWarpSize;

/// One row of LossRows.
struct Row {
  const float* output;
  const float* target;  ///< null: there is a label
  float* delta;         ///< null: not wanted
  std::int64_t outputs;
  std::int64_t label;
  float weight;  ///< of the row's loss

  __device__ float target_of(std::int64_t column) const {
    return target != nullptr ? target[column] : column == label ? 1.0f : 0.0f;
  }
};

__device__ inline Row row_of(const LossRows& rows, std::int64_t row) {
  const std::int64_t at = row * rows.outputs;
  const std::int64_t label = rows.labels == nullptr ? -1 : rows.labels[row];
  return {rows.output + at,
          rows.targets == nullptr ? nullptr : rows.targets + at,
          rows.delta == nullptr ? nullptr : rows.delta + at,
          rows.outputs,
          label,
          rows.class_weights == nullptr ? 1.0f : rows.class_weights[label]};
}

/// Whether the label's output is the largest, the first of equals.
__device__ inline bool label_is_largest(const Row& row) {
  const float own = row.output[row.label];
  bool largest = true;
  for (std::int64_t j = lane_id(); j < row.outputs; j += kWarpSize) {
    largest &= j < row.label ? own > row.output[j] : own >= row.output[j];
  }
  return __all_sync(kFullMask, largest) != 0;
}

__device__ inline float warp_largest(float value) {
  for (int distance = kWarpSize / 2; distance > 0; distance /= 2) {
    const float other = __shfl_xor_sync(kFullMask, value, distance);
    value = other > value ? other : value;
  }
  return value;
}

struct SoftmaxCrossEntropy {
  float gradient_scale;

  __device__ bool targets_agree(const Row&) const { return false; }

  /// delta may be the output: a lane reads each of its columns before it writes it.
  __device__ double operator()(const Row& row, float label_output) const {
    // The largest logit is taken off, so that no exponential overflows and their sum is at least 1.
    float largest = row.output[0];
    for (std::int64_t j = lane_id(); j < row.outputs; j += kWarpSize) {
      largest = row.output[j] > largest ? row.output[j] : largest;
    }
    largest = warp_largest(largest);
    __syncwarp();  // every lane has read the first logit
    double sum = 0.0;
    for (std::int64_t j = lane_id(); j < row.outputs; j += kWarpSize) {
      const float e = rules::exponential(rules::add(row.output[j], -largest));
      if (row.delta != nullptr) row.delta[j] = e;
      sum = rules::add(sum, static_cast<double>(e));
    }
    sum = warp_pairwise_sum(sum);
    if (row.delta != nullptr) {
      const float scale = rules::mul(gradient_scale, row.weight);
      const auto to_probability = static_cast<float>(rules::div(1.0, sum));
      for (std::int64_t j = lane_id(); j < row.outputs; j += kWarpSize) {
        const float error = rules::add(rules::mul(row.delta[j], to_probability), -row.target_of(j));
        row.delta[j] = rules::mul(error, scale);
      }
    }
    const double below =
        rules::add(static_cast<double>(largest), -static_cast<double>(label_output));
    return rules::add(rules::logarithm(sum), below);
  }
};

/// The sum over a row's columns of loss.value(output, target), and its gradients.
template <class Loss>
__device__ double sum_of_columns(const Loss& loss, const Row& row, float gradient_scale) {
  const float scale = rules::mul(gradient_scale, row.weight);
  double sum = 0.0;
  for (std::int64_t j = lane_id(); j < row.outputs; j += kWarpSize) {
    const float output = row.output[j];
    const float target = row.target_of(j);
    sum = rules::add(sum, loss.value(output, target));
    if (row.delta != nullptr) {
      row.delta[j] = rules::mul(loss.slope(output, target), scale);
    }
  }
  return warp_pairwise_sum(sum);
}

struct SigmoidCrossEntropy {
  float gradient_scale;

  /// log(1 + e^z) - z t = max(z, 0) - z t + log(1 + e^-|z|)
  __device__ static double value(float z, float t) {
    const double positive = z < 0.0f ? 0.0f : z;
    const double decay = rules::exponential(z < 0.0f ? z : -z);
    const double linear = rules::fma(-static_cast<double>(z), static_cast<double>(t), positive);
    return rules::add(linear, rules::logarithm(rules::add(1.0, decay)));
  }
  __device__ static float slope(float z, float t) {
    const float decay = rules::exponential(z < 0.0f ? z : -z);
    const float larger = rules::div(1.0f, rules::add(1.0f, decay));  // of sigmoid(z), sigmoid(-z)
    const float probability = z < 0.0f ? rules::mul(decay, larger) : larger;
    return rules::add(probability, -t);
  }

  /// Whether every logit says what its target says.
  __device__ bool targets_agree(const Row& row) const {
    bool agree = true;
    for (std::int64_t j = lane_id(); j < row.outputs; j += kWarpSize) {
      agree &= row.target[j] > 0.5f ? row.output[j] > 0.0f : row.output[j] <= 0.0f;
    }
    return __all_sync(kFullMask, agree) != 0;
  }

  __device__ double operator()(const Row& row, float) const {
    return sum_of_columns(*this, row, gradient_scale);
  }
};

struct SquaredError {
  double scale;
  float gradient_scale;  ///< of the difference

  __device__ static double value(float output, float target) {
    const double error = rules::add(static_cast<double>(output), -static_cast<double>(target));
    return rules::mul(error, error);
  }
  __device__ static float slope(float output, float target) { return rules::add(output, -target); }

  __device__ bool targets_agree(const Row&) const { return false; }

  __device__ double operator()(const Row& row, float) const {
    return rules::mul(scale, sum_of_columns(*this, row, gradient_scale));
  }
};

}  // namespace detail

template <class Loss>
__global__ __launch_bounds__(detail::kThreads) void add_losses(LossRows rows, Loss loss,
                                                               LossSums sums,
                                                               LossScratch* scratch) {
  constexpr int kWarps = detail::kWarps;
  __shared__ double losses[kWarps];
  __shared__ std::uint64_t corrects[kWarps];
  double total = 0.0;
  std::uint64_t correct = 0;
  const std::int64_t stride = std::int64_t{gridDim.x} * kWarps;
  for (std::int64_t r = std::int64_t{blockIdx.x} * kWarps + warp_id(); r < rows.rows; r += stride) {
    const detail::Row row = detail::row_of(rows, r);
    const bool labelled = row.target == nullptr;
    const float label_output = labelled ? row.output[row.label] : 0.0f;
    correct += labelled ? detail::label_is_largest(row) : loss.targets_agree(row);
    __syncwarp();  // every lane has read the label's output, which its own lane may overwrite now
    total = rules::fma(static_cast<double>(row.weight), loss(row, label_output), total);
  }
  if (lane_id() == 0) {
    losses[warp_id()] = total;
    corrects[warp_id()] = correct;
  }
  __syncthreads();
  if (threadIdx.x != 0) return;

  for (int warp = 1; warp < kWarps; ++warp) {
    total = rules::add(total, losses[warp]);
    correct += corrects[warp];
  }
  scratch->loss[blockIdx.x] = total;
  scratch->correct[blockIdx.x] = correct;
  __threadfence();
  const unsigned before = atomicInc(&scratch->arrived, gridDim.x - 1);  // the last makes it zero
  if (before + 1 < gridDim.x) return;
  __threadfence();  // what the other blocks left is seen from here on
  total = 0.0;
  correct = 0;
  for (unsigned block = 0; block < gridDim.x; ++block) {
    total = rules::add(total, scratch->loss[block]);
    correct += scratch->correct[block];
  }
  *sums.loss = rules::add(*sums.loss, total);
  *sums.correct += correct;
  *sums.samples += static_cast<std::uint64_t>(rows.rows);
}

// ---------------------------------------------------------------------------------- launchers

namespace {

template <class Loss>
void launch_losses(const LossRows& rows, const Loss& loss, const LossSums& sums,
                   LossScratch* scratch, Stream stream) {
  const std::int64_t wanted = (rows.rows + detail::kWarps - 1) / detail::kWarps;
  const auto blocks = static_cast<unsigned>(wanted < kMaxLossBlocks ? wanted : kMaxLossBlocks);
  launch<add_losses<Loss>>({dim3(blocks), dim3(detail::kThreads)}, stream, rows, loss, sums,
                           scratch);
}

/// 1 / rows, by which the gradient of a sum becomes that of a mean.
float mean_scale(const LossRows& rows) { return rules::div(1.0f, static_cast<float>(rows.rows)); }

}  // namespace

void softmax_cross_entropy(const LossRows& rows, const LossSums& sums, LossScratch* scratch,
                           Stream stream) {
  launch_losses(rows, detail::SoftmaxCrossEntropy{mean_scale(rows)}, sums, scratch, stream);
}

void sigmoid_cross_entropy(const LossRows& rows, const LossSums& sums, LossScratch* scratch,
                           Stream stream) {
  launch_losses(rows, detail::SigmoidCrossEntropy{mean_scale(rows)}, sums, scratch, stream);
}

void squared_error(const LossRows& rows, double scale, const LossSums& sums, LossScratch* scratch,
                   Stream stream) {
  const float twice = static_cast<float>(rules::mul(2.0, scale));
  launch_losses(rows, detail::SquaredError{scale, rules::mul(twice, mean_scale(rows))}, sums,
                scratch, stream);
}

}  // namespace curb::kernels
