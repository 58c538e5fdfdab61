// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What each pass does to one element: the rules of the fused step, cut where a pass ends. A value
// that goes through memory between two passes keeps its bits, so the result is that of the fused
// step, bit for bit, but for the order in which rows are summed on a GPU.
#pragma once

#include <thrust/tuple.h>

#include <curb/rules/row_step.hpp>

namespace curb::kernels::unfused {

namespace thrust = THRUST_NS_QUALIFIER;  // each instruction set has a Thrust of its own

namespace {

using rules::Adam;
using rules::Coefficients;
using rules::Momentum;

// ---- each operation by itself

struct Decay {
  Coefficients c;
  CURB_HOST_DEVICE float operator()(float g, float w) const {
    return rules::regularised_gradient(c, g, w);
  }
};

struct Velocity {
  Coefficients c;
  CURB_HOST_DEVICE float operator()(float velocity, float g) const {
    Momentum{}.direction(c, g, &velocity);
    return velocity;
  }
};

struct Moments {
  Coefficients c;
  CURB_HOST_DEVICE thrust::tuple<float, float> operator()(
      const thrust::tuple<float, float, float>& m_v_g) const {
    float state[2] = {thrust::get<0>(m_v_g), thrust::get<1>(m_v_g)};
    Adam{}.direction(c, thrust::get<2>(m_v_g), state);
    return {state[0], state[1]};
  }
};

/// The direction is the gradient (sgd) or the velocity (heavy ball).
struct StepAlong {
  Coefficients c;
  CURB_HOST_DEVICE float operator()(float w, float direction) const {
    return rules::fma(-c.learning_rate, direction, rules::mul(w, c.decay_keep));
  }
};

/// Heavy ball too, whose gradient_gain is zero.
struct NesterovStep {
  Coefficients c;
  CURB_HOST_DEVICE float operator()(const thrust::tuple<float, float, float>& w_v_g) const {
    const float direction = rules::fma(c.velocity_gain, thrust::get<1>(w_v_g),
                                       rules::mul(c.gradient_gain, thrust::get<2>(w_v_g)));
    return StepAlong{c}(thrust::get<0>(w_v_g), direction);
  }
};

CURB_HOST_DEVICE float adam_step_size(const Coefficients& c, float second_moment) {
  const float state[2] = {0.0f, second_moment};
  return rules::step_size<Adam>(c, Adam{}.denominator(c, state));
}

struct AdamStep {
  Coefficients c;
  CURB_HOST_DEVICE float operator()(const thrust::tuple<float, float, float>& w_m_v) const {
    const float eta = adam_step_size(c, thrust::get<2>(w_m_v));
    const float direction = rules::mul(thrust::get<1>(w_m_v), c.inverse_bias1);
    return rules::fma(-eta, direction, rules::mul(thrust::get<0>(w_m_v), c.decay_keep));
  }
};

// ---- the three above at once

struct SgdOptimizer {
  Coefficients c;
  CURB_HOST_DEVICE float operator()(float w, float g) const {
    return StepAlong{c}(w, Decay{c}(g, w));
  }
};

struct MomentumOptimizer {
  Coefficients c;
  CURB_HOST_DEVICE thrust::tuple<float, float> operator()(
      const thrust::tuple<float, float, float>& w_v_g) const {
    const float w = thrust::get<0>(w_v_g);
    const float g = Decay{c}(thrust::get<2>(w_v_g), w);
    const float velocity = Velocity{c}(thrust::get<1>(w_v_g), g);
    return {NesterovStep{c}({w, velocity, g}), velocity};
  }
};

struct AdamOptimizer {
  Coefficients c;
  CURB_HOST_DEVICE thrust::tuple<float, float, float> operator()(
      const thrust::tuple<float, float, float, float>& w_m_v_g) const {
    const float w = thrust::get<0>(w_m_v_g);
    const float g = Decay{c}(thrust::get<3>(w_m_v_g), w);
    const thrust::tuple<float, float> m_v =
        Moments{c}({thrust::get<1>(w_m_v_g), thrust::get<2>(w_m_v_g), g});
    const float m = thrust::get<0>(m_v);
    const float v = thrust::get<1>(m_v);
    return {AdamStep{c}({w, m, v}), m, v};
  }
};

// ---- the regularisers that need no row; `c` has no L2 where a row stage comes before it

struct Shrink {
  Coefficients c;
  CURB_HOST_DEVICE float operator()(float w) const {
    const float z = rules::soft_threshold(w, rules::mul(c.learning_rate, c.l1));
    return rules::mul(rules::at_least(z, c.lower_bound), c.l2_shrink);
  }
};

struct AdamShrink {
  Coefficients c;
  CURB_HOST_DEVICE float operator()(float w, float second_moment) const {
    const float eta = adam_step_size(c, second_moment);
    const float z = rules::soft_threshold(w, rules::mul(eta, c.l1));
    return rules::div(rules::at_least(z, c.lower_bound), rules::fma(eta, c.l2, 1.0f));
  }
};

// ---- rows

/// What the row rules want of a row, where all that is left of it is its sum of squares.
struct SummedRow {
  double squared;
  CURB_HOST_DEVICE double sum(rules::SquaredWeight) const { return squared; }
};

/// From a row's sum of squares to its factor; 1 for a row that is left alone.
struct RowScale {
  Coefficients c;
  std::int64_t columns;
  CURB_HOST_DEVICE float operator()(double squared) const {
    SummedRow row{squared};
    return rules::solve_euclidean_row(c, columns, row).scale;
  }
};

}  // namespace
}  // namespace curb::kernels::unfused
