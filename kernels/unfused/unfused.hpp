// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The rival of the fused step: the same step as separate passes over memory, written with Thrust
// and CUB as a good engineer would who has no fused kernel. For tests and benchmarks; curb::curb
// has none of it.
//
// cuBLAS would add nothing: its axpy and geam move the bytes that a transform moves, its dgmm
// rescales rows that lie inside the ball as well, and it has no norms of many rows at once.
#pragma once

#include <cstdint>
#include <curb/rules/effective_step.hpp>
#include <memory>

struct CUstream_st;

namespace curb::kernels::unfused {

using Stream = CUstream_st*;  ///< the same type as cudaStream_t; ignored on the host

/// How much is done in one pass. Regularisers have passes of their own in both.
enum class Passes : std::uint8_t {
  each_operation,    ///< decay, moments and step are three passes
  zipped_optimizer,  ///< one zipped transform does all three, as fused optimisers elsewhere do
};

/// A row-major matrix without gaps, whose rows are the neurons, and what lies beside it; memory of
/// the device that runs the step. States as in curb::Tensor.
struct Matrix {
  float* weight = nullptr;
  const float* gradient = nullptr;
  float* state[2] = {nullptr, nullptr};
  std::int64_t rows = 0;
  std::int64_t columns = 0;
};

/// What one step costs.
struct Traffic {
  int passes = 0;              ///< launches, on a GPU
  std::int64_t bytes = 0;      ///< read and written, but for the rescaling of rows
  std::int64_t rescaling = 0;  ///< read and written besides, if every row is rescaled
};

class Step {
 public:
  virtual ~Step() = default;

  /// One step of `matrix`, in the stages' one order. Passes that would change nothing are left out.
  /// On a GPU asynchronous; allocates nothing, and may be captured. The coefficients are host
  /// values: a captured step repeats with those it was captured with. Throws std::invalid_argument
  /// under adam for group lasso and exact max-norm, which no few passes can do.
  virtual void run(const rules::Coefficients& coefficients, const Matrix& matrix,
                   Stream stream) = 0;

  /// Of the last step.
  virtual Traffic traffic() const = 0;
};

/// A step for matrices of rows x columns, with scratch memory of its own. Throws
/// std::invalid_argument for cumulative L1, and for optimisers other than sgd, momentum, nesterov
/// and adam.
using MakeStep = std::unique_ptr<Step>(const rules::Modes& modes, Passes passes, std::int64_t rows,
                                       std::int64_t columns);

/// On the host, with as many threads as OpenMP would use; once per instruction set, as the fused
/// step's loops are.
MakeStep make_step_baseline;
#if defined(CURB_X86_64_LEVELS)
MakeStep make_step_x86_64_v3;
MakeStep make_step_x86_64_v4;
#endif

/// On the current CUDA device.
MakeStep make_step_cuda;

}  // namespace curb::kernels::unfused
