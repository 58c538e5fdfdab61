// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The passes, in order: each is one call of Thrust and says the bytes it moves for a weight.
// Included by one source file for each system and instruction set; all of it has internal linkage.
//
// A System offers
//   policy(stream)                      Thrust's execution policy
//   sum_rows(matrix, sums, stream)      each row's sum of squares
//   scale_rows(matrix, scales, stream)  multiplies the rows whose scale is not 1
#pragma once

#include <thrust/device_vector.h>
#include <thrust/iterator/zip_iterator.h>
#include <thrust/transform.h>
#include <thrust/tuple.h>

#include <cstddef>
#include <stdexcept>

#include "kernels/unfused/functors.hpp"
#include "kernels/unfused/unfused.hpp"

namespace curb::kernels::unfused {
namespace {

template <class... Pointers>
auto zip(Pointers... pointers) {
  return thrust::make_zip_iterator(thrust::make_tuple(pointers...));
}

bool decays(const Coefficients& c) {
  return c.gradient_scale != 1.0f || c.l2_coupled != 0.0f || c.l1_sign != 0.0f;
}

bool shrinks(const Coefficients& c) {
  return c.l1 != 0.0f || c.l2 != 0.0f || c.lower_bound != -rules::kInfinity;
}

bool has_row_stages(const Coefficients& c) {
  return c.group_lasso != 0.0f || c.max_norm < rules::kInfinity;
}

template <class System>
class SeparatePasses final : public Step {
 public:
  SeparatePasses(const rules::Modes& modes, Passes passes, std::int64_t rows, std::int64_t columns)
      : kind_(modes.optimizer), passes_(passes), system_(rows, columns) {
    if (passes == Passes::each_operation) {
      gradient_.resize(static_cast<std::size_t>(rows * columns));
    }
    sums_.resize(static_cast<std::size_t>(rows));
    scales_.resize(static_cast<std::size_t>(rows));
  }

  void run(const Coefficients& c, const Matrix& matrix, Stream stream) override {
    if (kind_ == rules::OptimizerKind::adam &&
        (c.group_lasso != 0.0f || (c.max_norm_exact && c.max_norm < rules::kInfinity))) {
      throw std::invalid_argument("no unfused form of group lasso or exact max-norm under adam");
    }
    traffic_ = {};
    if (passes_ == Passes::zipped_optimizer) {
      optimize(c, matrix, stream);
    } else {
      const float* gradient = matrix.gradient;
      if (decays(c)) gradient = decay(c, matrix, stream);
      if (kind_ != rules::OptimizerKind::sgd) update_moments(c, matrix, gradient, stream);
      take_step(c, matrix, gradient, stream);
    }
    // Group shrinkage comes before the proximal L2, which is then part of the row's factor.
    Coefficients of_elements = c;
    Coefficients of_rows = c;
    Coefficients& without_l2 = c.group_lasso != 0.0f ? of_elements : of_rows;
    without_l2.l2 = 0.0f;
    without_l2.l2_shrink = 1.0f;
    if (shrinks(of_elements)) shrink(of_elements, matrix, stream);
    if (has_row_stages(c)) rescale_rows(of_rows, matrix, stream);
  }

  Traffic traffic() const override { return traffic_; }

 private:
  static std::int64_t size(const Matrix& matrix) { return matrix.rows * matrix.columns; }

  void count(const Matrix& matrix, int bytes_per_weight) {
    traffic_.passes += 1;
    traffic_.bytes += bytes_per_weight * size(matrix);
  }

  /// g + l2 w + l1 sign(w), in scratch memory: the caller's gradient is not ours to change.
  const float* decay(const Coefficients& c, const Matrix& m, Stream stream) {
    float* out = thrust::raw_pointer_cast(gradient_.data());
    thrust::transform(system_.policy(stream), m.gradient, m.gradient + size(m), m.weight, out,
                      Decay{c});
    count(m, 12);
    return out;
  }

  void update_moments(const Coefficients& c, const Matrix& m, const float* gradient,
                      Stream stream) {
    if (kind_ == rules::OptimizerKind::adam) {
      const auto in = zip(m.state[0], m.state[1], gradient);
      thrust::transform(system_.policy(stream), in, in + size(m), zip(m.state[0], m.state[1]),
                        Moments{c});
      count(m, 20);
    } else {
      thrust::transform(system_.policy(stream), m.state[0], m.state[0] + size(m), gradient,
                        m.state[0], Velocity{c});
      count(m, 12);
    }
  }

  void take_step(const Coefficients& c, const Matrix& m, const float* gradient, Stream stream) {
    const auto policy = system_.policy(stream);
    if (kind_ == rules::OptimizerKind::adam) {
      const auto in = zip(m.weight, m.state[0], m.state[1]);
      thrust::transform(policy, in, in + size(m), m.weight, AdamStep{c});
      count(m, 16);
    } else if (kind_ == rules::OptimizerKind::nesterov) {
      const auto in = zip(m.weight, m.state[0], gradient);
      thrust::transform(policy, in, in + size(m), m.weight, NesterovStep{c});
      count(m, 16);
    } else {
      const float* along = kind_ == rules::OptimizerKind::sgd ? gradient : m.state[0];
      thrust::transform(policy, m.weight, m.weight + size(m), along, m.weight, StepAlong{c});
      count(m, 12);
    }
  }

  /// Instead of the three above.
  void optimize(const Coefficients& c, const Matrix& m, Stream stream) {
    const auto policy = system_.policy(stream);
    if (kind_ == rules::OptimizerKind::adam) {
      const auto in = zip(m.weight, m.state[0], m.state[1], m.gradient);
      thrust::transform(policy, in, in + size(m), zip(m.weight, m.state[0], m.state[1]),
                        AdamOptimizer{c});
      count(m, 28);
    } else if (kind_ == rules::OptimizerKind::sgd) {
      thrust::transform(policy, m.weight, m.weight + size(m), m.gradient, m.weight,
                        SgdOptimizer{c});
      count(m, 12);
    } else {
      const auto in = zip(m.weight, m.state[0], m.gradient);
      thrust::transform(policy, in, in + size(m), zip(m.weight, m.state[0]), MomentumOptimizer{c});
      count(m, 20);
    }
  }

  /// Soft threshold, non-negativity and proximal L2: an elastic net has one proximal map.
  void shrink(const Coefficients& c, const Matrix& m, Stream stream) {
    const auto policy = system_.policy(stream);
    if (kind_ == rules::OptimizerKind::adam) {
      thrust::transform(policy, m.weight, m.weight + size(m), m.state[1], m.weight, AdamShrink{c});
      count(m, 12);
    } else {
      thrust::transform(policy, m.weight, m.weight + size(m), m.weight, Shrink{c});
      count(m, 8);
    }
  }

  /// Group lasso and max-norm: the rows' norms, a factor for each row, and the rows it changes. The
  /// factors themselves are too few to count.
  void rescale_rows(const Coefficients& c, const Matrix& m, Stream stream) {
    double* sums = thrust::raw_pointer_cast(sums_.data());
    float* scales = thrust::raw_pointer_cast(scales_.data());
    system_.sum_rows(m, sums, stream);
    count(m, 4);
    thrust::transform(system_.policy(stream), sums, sums + m.rows, scales, RowScale{c, m.columns});
    traffic_.passes += 1;
    system_.scale_rows(m, scales, stream);
    traffic_.passes += 1;
    traffic_.rescaling = 8 * size(m);
  }

  rules::OptimizerKind kind_;
  Passes passes_;
  System system_;
  Traffic traffic_;
  thrust::device_vector<float> gradient_;  // regularised
  thrust::device_vector<double> sums_;
  thrust::device_vector<float> scales_;
};

template <class System>
std::unique_ptr<Step> make_step(const rules::Modes& modes, Passes passes, std::int64_t rows,
                                std::int64_t columns) {
  using rules::OptimizerKind;
  const OptimizerKind kind = modes.optimizer;
  if (kind != OptimizerKind::sgd && kind != OptimizerKind::momentum &&
      kind != OptimizerKind::nesterov && kind != OptimizerKind::adam) {
    throw std::invalid_argument("no unfused form of this optimiser");
  }
  if (modes.l1 == rules::L1Mode::cumulative) {
    throw std::invalid_argument("no unfused form of cumulative L1");
  }
  return std::make_unique<SeparatePasses<System>>(modes, passes, rows, columns);
}

}  // namespace
}  // namespace curb::kernels::unfused
