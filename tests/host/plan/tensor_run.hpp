// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// One matrix under a plan on the CPU, with all that a plan wants from its caller.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <curb/curb.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

namespace curb::testing {

/// What may differ from a contiguous [rows, columns] matrix whose neurons are rows.
struct TensorOptions {
  Incoming incoming = Incoming::row;
  std::vector<std::uint8_t> mask;
  int threads = 1;
};

class TensorRun {
 public:
  TensorRun(const Group& group, std::int64_t rows, std::int64_t columns, std::vector<float> weights,
            TensorOptions options = {})
      : weights_(std::move(weights)),
        gradient_(weights_.size(), 0.0f),
        states_{std::vector<float>(weights_.size(), 0.0f),
                std::vector<float>(weights_.size(), 0.0f)},
        mask_(std::move(options.mask)),
        plan_(Device::cpu(options.threads), {group}, {tensor(rows, columns, options.incoming)}),
        hyperparameters_(group.hyperparameters) {
    plan_.bind_gradients({gradient_.data()});
  }
  TensorRun(const TensorRun&) = delete;  // the plan points into the members
  TensorRun& operator=(const TensorRun&) = delete;

  /// One step with the gradient of the data loss, one value per weight.
  template <class Real>
  void step(const std::vector<Real>& gradient) {
    if (gradient.size() != gradient_.size()) throw std::invalid_argument("gradient of other size");
    std::transform(gradient.begin(), gradient.end(), gradient_.begin(),
                   [](Real g) { return static_cast<float>(g); });
    plan_.step();
  }

  /// Changes the group's hyper-parameters for later steps.
  template <class Change>
  void set(const Change& change) {
    change(hyperparameters_);
    plan_.set_hyperparameters(0, hyperparameters_);
  }

  const std::vector<float>& weights() const { return weights_; }
  const std::vector<float>& state(std::size_t index) const { return states_[index]; }
  Plan& plan() { return plan_; }

 private:
  Tensor tensor(std::int64_t rows, std::int64_t columns, Incoming incoming) {
    if (static_cast<std::size_t>(rows * columns) != weights_.size()) {
      throw std::invalid_argument("weights of other size");
    }
    Tensor result = Tensor::matrix("weight", weights_.data(), rows, columns);
    result.incoming = incoming;
    result.state[0] = states_[0].data();
    result.state[1] = states_[1].data();
    result.mask = mask_.empty() ? nullptr : mask_.data();
    return result;
  }

  std::vector<float> weights_;
  std::vector<float> gradient_;
  std::vector<float> states_[2];
  std::vector<std::uint8_t> mask_;
  Plan plan_;
  Hyperparameters hyperparameters_;
};

}  // namespace curb::testing
