// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What the GPU's benchmarks measure: tensors on the device, and the ways to step them.
#pragma once

#include <algorithm>
#include <curb/curb.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/cuda_device.hpp"
#include "bench/cuda_kernels.hpp"
#include "bench/first_step.hpp"
#include "bench/shape.hpp"
#include "bench/unfused_step.hpp"

namespace curb::bench {

/// Matrices in one piece of memory, with gradients and states: what a training step holds.
class DeviceTensors {
 public:
  DeviceTensors(std::vector<Shape> shapes, int states)
      : shapes_(std::move(shapes)),
        states_(states),
        stride_(place()),
        memory_((2 + states) * stride_) {}

  void fill(cudaStream_t stream) {
    constexpr Values kValues[] = {Values::weight, Values::gradient, Values::first_state,
                                  Values::second_state};
    for (int array = 0; array < 2 + states_; ++array) {
      bench::fill(memory_.data() + array * stride_, stride_, kValues[array], stream);
    }
  }

  std::size_t size() const { return shapes_.size(); }
  const Shape& shape(std::size_t i) const { return shapes_[i]; }
  int states() const { return states_; }
  std::int64_t parameters() const {
    std::int64_t sum = 0;
    for (const Shape& shape : shapes_) sum += shape.size();
    return sum;
  }

  float* weight(std::size_t i) const { return memory_.data() + first_[i]; }
  float* gradient(std::size_t i) const { return weight(i) + stride_; }
  float* state(std::size_t i, int s) const {
    return s < states_ ? weight(i) + (2 + s) * stride_ : nullptr;
  }
  std::vector<const void*> gradients() const {
    std::vector<const void*> all;
    for (std::size_t i = 0; i < size(); ++i) all.push_back(gradient(i));
    return all;
  }

  /// Tensor i's neuron r; waits for the device.
  FirstStepRow neuron(std::size_t i, std::int64_t r) const {
    const Shape& shape = shapes_[i];
    const bool row = shape.incoming == Incoming::row;
    const auto read = [&](int array) {
      return memory_.read(array * stride_ + first_[i] + (row ? r * shape.columns : r),
                          row ? shape.columns : shape.rows, row ? 1 : shape.columns);
    };
    FirstStepRow result{read(0), read(1), {}};
    for (int s = 0; s < states_; ++s) result.state[s] = read(2 + s);
    return result;
  }

 private:
  /// Puts every matrix at a multiple of 256 bytes; returns the length of one array of them all.
  std::int64_t place() {
    constexpr std::int64_t kAlignment = 64;
    std::int64_t end = 0;
    for (const Shape& shape : shapes_) {
      first_.push_back(end);
      end += (shape.size() + kAlignment - 1) / kAlignment * kAlignment;
    }
    return end;
  }

  std::vector<Shape> shapes_;
  int states_;
  std::vector<std::int64_t> first_;  // before stride_, which place() computes along with it
  std::int64_t stride_;
  DeviceFloats memory_;
};

/// One way to step tensors.
class Subject {
 public:
  virtual ~Subject() = default;
  virtual void enqueue(cudaStream_t stream) = 0;
  virtual int launches() const = 0;                      ///< by the host, in a step
  virtual double bytes(double rescaled_rows) const = 0;  ///< in a step
  virtual double rescaled_rows() const { return 0.0; }   ///< so far; waits for the device
};

/// The plan's step; `rebind`: with gradients bound anew every time, as frameworks need it.
class Fused final : public Subject {
 public:
  /// Tensor i belongs to group i modulo the number of groups.
  Fused(const std::vector<Group>& groups, const DeviceTensors& tensors, bool rebind = false)
      : plan_(Device::cuda(0), groups, describe(groups.size(), tensors)),
        gradients_(tensors.gradients()),
        rebind_(rebind),
        description_(plan_.describe()) {
    plan_.bind_gradients(gradients_);
    check(cudaDeviceSynchronize(), "binding gradients");
  }

  void enqueue(cudaStream_t stream) override {
    if (rebind_) plan_.bind_gradients(gradients_, stream);
    plan_.step(stream);
  }
  int launches() const override { return description_.launches; }
  double bytes(double) const override { return static_cast<double>(description_.bytes); }
  double rescaled_rows() const override {
    return static_cast<double>(plan_.statistics().clamped_rows);
  }
  const PlanDescription& description() const { return description_; }

 private:
  static std::vector<Tensor> describe(std::size_t groups, const DeviceTensors& tensors) {
    std::vector<Tensor> all;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      const Shape& shape = tensors.shape(i);
      Tensor tensor = Tensor::matrix("tensor " + std::to_string(i), tensors.weight(i), shape.rows,
                                     shape.columns, i % groups);
      tensor.incoming = shape.incoming;
      for (int s = 0; s < tensors.states(); ++s) tensor.state[s] = tensors.state(i, s);
      all.push_back(tensor);
    }
    return all;
  }

  Plan plan_;
  std::vector<const void*> gradients_;
  bool rebind_;
  PlanDescription description_;
};

/// The rival, tensor by tensor.
class Unfused final : public Subject {
 public:
  Unfused(kernels::unfused::MakeStep& make_step, const std::vector<Group>& groups, Passes passes,
          const DeviceTensors& tensors) {
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      const Shape& shape = tensors.shape(i);
      steps_.emplace_back(make_step, groups[i % groups.size()], passes,
                          kernels::unfused::Matrix{tensors.weight(i),
                                                   tensors.gradient(i),
                                                   {tensors.state(i, 0), tensors.state(i, 1)},
                                                   shape.rows,
                                                   shape.columns});
    }
  }

  void enqueue(cudaStream_t stream) override {
    for (UnfusedStep& step : steps_) step.step(stream);
  }
  int launches() const override {
    int sum = 0;
    for (const UnfusedStep& step : steps_) sum += step.traffic().passes;
    return sum;
  }
  double bytes(double rescaled_rows) const override {
    double sum = 0.0;
    for (const UnfusedStep& step : steps_) {
      const kernels::unfused::Traffic traffic = step.traffic();
      sum += static_cast<double>(traffic.bytes) +
             rescaled_rows * static_cast<double>(traffic.rescaling);
    }
    return sum;
  }

 private:
  std::vector<UnfusedStep> steps_;
};

/// Another subject's step, captured once and replayed.
class Replayed final : public Subject {
 public:
  Replayed(std::unique_ptr<Subject> subject, cudaStream_t stream)
      : subject_(std::move(subject)),
        graph_(stream, [this](cudaStream_t s) { subject_->enqueue(s); }) {}

  void enqueue(cudaStream_t stream) override { graph_.launch(stream); }
  int launches() const override { return 1; }
  double bytes(double rescaled_rows) const override { return subject_->bytes(rescaled_rows); }
  double rescaled_rows() const override { return subject_->rescaled_rows(); }

 private:
  std::unique_ptr<Subject> subject_;
  Graph graph_;
};

/// Takes the first step of tensors that have been filled; whether it is what the formulas say (for
/// some of the tensors, where there are many).
inline bool first_step_is_right(const std::vector<Group>& groups, const DeviceTensors& tensors,
                                Subject& subject, cudaStream_t stream) {
  check(cudaStreamSynchronize(stream), "waiting for the tensors to be filled");
  FirstStepCheck first_step;
  const std::size_t checked = std::min<std::size_t>(tensors.size(), 16);
  for (std::size_t k = 0; k < checked; ++k) {
    const std::size_t i = k * tensors.size() / checked;
    first_step.expect(groups[i % groups.size()], tensors.shape(i).neurons(),
                      [&tensors, i](std::int64_t r) { return tensors.neuron(i, r); });
  }
  subject.enqueue(stream);
  check(cudaStreamSynchronize(stream), "waiting for a first step");
  return first_step.holds();
}

}  // namespace curb::bench
