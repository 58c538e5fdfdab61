// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A matrix on the first elements of the shared arrays, and the ways to step it on the host.
#pragma once

#include <curb/curb.hpp>

#include "bench/arrays.hpp"
#include "bench/plain_update.hpp"
#include "bench/shape.hpp"

namespace curb::bench {

class HostMatrix {
 public:
  /// The arrays must hold shape.size() elements and outlive this.
  HostMatrix(Arrays& arrays, const Shape& shape) : arrays_(arrays), shape_(shape) {}

  const Shape& shape() const { return shape_; }

  /// Its gradient is bound.
  Plan plan(const Group& group, int threads) const {
    Tensor tensor = Tensor::matrix("weight", arrays_.weight(), shape_.rows, shape_.columns);
    tensor.incoming = shape_.incoming;
    for (int i = 0; i < state_count(group.modes); ++i) tensor.state[i] = arrays_.state(i);
    Plan plan(Device::cpu(threads), {group}, {tensor});
    plan.bind_gradients({arrays_.gradient()});
    return plan;
  }

  /// The plain loop with the reads and writes of an optimiser of that many states.
  void update_plainly(PlainUpdate& plain_update, int states, int threads) const {
    plain_update(threads, shape_.size(), states, arrays_.weight(), arrays_.gradient(),
                 arrays_.state(0), arrays_.state(1));
  }

  FirstStepRow neuron(std::int64_t i) const {
    return shape_.incoming == Incoming::row ? arrays_.neuron(i * shape_.columns, shape_.columns, 1)
                                            : arrays_.neuron(i, shape_.rows, shape_.columns);
  }

  /// Fills the arrays anew and takes the first step of a plan for `group`; whether it is what the
  /// formulas say.
  template <class Step>
  bool first_step_is_right(const Group& group, int threads, const Step& step) const {
    arrays_.fill(threads);
    FirstStepCheck check;
    check.expect(group, shape_.neurons(), [this](std::int64_t i) { return neuron(i); });
    step();
    return check.holds();
  }

 private:
  Arrays& arrays_;
  Shape shape_;
};

/// What a benchmark says when that does not hold.
inline constexpr const char* kWrongFirstStep = "a first step is not what the formulas say";

}  // namespace curb::bench
