// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The public Plan: validation, then whichever executor the device names.
#include <curb/curb.hpp>
#include <type_traits>

#include "host/plan/describe.hpp"
#include "host/plan/executor.hpp"
#include "host/plan/memory_map.hpp"
#include "host/plan/validate.hpp"

namespace curb {

class Plan::Impl {
 public:
  Impl(const Device& device, std::vector<Group> groups, std::vector<Tensor> tensors,
       const PlanOptions& options)
      : groups_(std::move(groups)),
        tensors_(std::move(tensors)),
        options_(options),
        memory_(validated()) {
    executor_ = device.kind == Device::Kind::cpu
                    ? plan::make_host_executor(groups_, tensors_, options_, device.threads)
                    : plan::make_cuda_executor(groups_, tensors_, options_, device.index);
    for (const plan::MemoryMap::Array& array : memory_.arrays()) {
      const std::string why = executor_->why_unreachable(reinterpret_cast<void*>(array.first));
      if (!why.empty()) throw Error(memory_.name_of(array) + ": " + why);
    }
  }

  const std::vector<Group>& groups() const { return groups_; }
  const std::vector<Tensor>& tensors() const { return tensors_; }
  const PlanOptions& options() const { return options_; }
  plan::Executor& executor() { return *executor_; }

  /// `function` is the one that the caller called.
  template <class Pointer>
  void bind(const char* function, const std::vector<Pointer>& gradients, Stream stream) {
    const bool writable = std::is_same_v<Pointer, void*>;
    if (writable != options_.zero_gradients) {
      throw Error(std::string(function) +
                  (writable ? ": the plan does not zero its gradients: bind_gradients"
                            : ": the plan zeroes its gradients: bind_writable_gradients"));
    }
    if (gradients.size() != tensors_.size()) {
      throw Error(std::string(function) + ": " + std::to_string(gradients.size()) +
                  " gradients for " + std::to_string(tensors_.size()) + " tensors");
    }
    memory_.check_gradients(function, gradients.data());
    if (!bound_) require_reachable(function, gradients.data());
    executor_->bind_gradients(gradients.data(), stream);
    bound_ = true;
  }

  void require_statistics(const char* function) const {
    if (!options_.statistics) {
      throw Error(std::string(function) + ": the plan was built without PlanOptions::statistics");
    }
  }

  void step(Stream stream) {
    if (!bound_ && !tensors_.empty()) throw Error("step: no gradients have been bound");
    executor_->step(stream);
  }

 private:
  /// Asking is slow, and gradients in the wrong memory are so from the first: they are asked once.
  template <class Pointer>
  void require_reachable(const char* function, const Pointer* gradients) {
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      if (gradients[i] == nullptr) continue;
      const std::string why = executor_->why_unreachable(gradients[i]);
      if (why.empty()) continue;
      throw Error(std::string(function) + ": the gradient of tensor '" + tensors_[i].name + "' " +
                  why);
    }
  }

  plan::MemoryMap validated() const {
    plan::validate(groups_, tensors_, options_);
    return plan::MemoryMap(groups_, tensors_, options_);
  }

  std::vector<Group> groups_;
  std::vector<Tensor> tensors_;
  PlanOptions options_;
  plan::MemoryMap memory_;
  std::unique_ptr<plan::Executor> executor_;
  bool bound_ = false;
};

int state_count(const Modes& modes) { return kernels::state_count(kernels::update_kind(modes)); }

Plan::Plan(const Device& device, std::vector<Group> groups, std::vector<Tensor> tensors,
           const PlanOptions& options)
    : impl_(std::make_unique<Impl>(device, std::move(groups), std::move(tensors), options)) {}
Plan::~Plan() = default;
Plan::Plan(Plan&&) noexcept = default;
Plan& Plan::operator=(Plan&&) noexcept = default;

void Plan::bind_gradients(const std::vector<const void*>& gradients, Stream stream) {
  impl_->bind("bind_gradients", gradients, stream);
}

void Plan::bind_writable_gradients(const std::vector<void*>& gradients, Stream stream) {
  impl_->bind("bind_writable_gradients", gradients, stream);
}

const float* Plan::found_inf() const {
  return impl_->executor().layout().guard ? impl_->executor().found_inf() : nullptr;
}

void Plan::collect_statistics(Stream stream) {
  impl_->require_statistics("collect_statistics");
  impl_->executor().collect_statistics(stream);
}

std::vector<TensorStatistics> Plan::tensor_statistics(Stream stream) const {
  impl_->require_statistics("tensor_statistics");
  const std::vector<rules::WeightStatistics> weights = impl_->executor().weight_statistics(stream);
  const std::vector<kernels::RowStatistics> rows = impl_->executor().row_statistics(stream);
  std::vector<TensorStatistics> result;
  for (std::size_t t = 0; t < weights.size(); ++t) {
    result.push_back({static_cast<std::uint64_t>(weights[t].zeros), weights[t].penalty,
                      rows[t].clamped_rows, rows[t].non_finite_rows});
  }
  return result;
}

void Plan::set_hyperparameters(std::size_t group, const Hyperparameters& value, Stream stream) {
  if (group >= impl_->groups().size()) {
    throw Error("set_hyperparameters: group index " + std::to_string(group) + " of a plan with " +
                std::to_string(impl_->groups().size()) + " groups");
  }
  plan::validate(impl_->groups()[group], value);
  impl_->executor().set_hyperparameters(group, value, stream);
}

void Plan::step(Stream stream) { impl_->step(stream); }

std::vector<GroupState> Plan::export_state(Stream stream) const {
  return impl_->executor().export_state(stream);
}

void Plan::import_state(const std::vector<GroupState>& state, Stream stream) {
  if (state.size() != impl_->groups().size()) {
    throw Error("import_state: " + std::to_string(state.size()) + " states for " +
                std::to_string(impl_->groups().size()) + " groups");
  }
  for (std::size_t i = 0; i < state.size(); ++i) plan::validate(impl_->groups()[i], state[i]);
  impl_->executor().import_state(state, stream);
}

StepStatistics Plan::statistics(Stream stream) const {
  StepStatistics result;
  for (const kernels::RowStatistics& tensor : impl_->executor().row_statistics(stream)) {
    result.clamped_rows += tensor.clamped_rows;
    result.non_finite_rows += tensor.non_finite_rows;
  }
  const kernels::StepReport report = impl_->executor().report(stream);
  result.skipped_steps = report.skipped_steps;
  result.gradient_norm = report.gradient_norm;
  return result;
}

PlanDescription Plan::describe() const {
  PlanDescription description;
  const plan::Layout& layout = impl_->executor().layout();
  for (std::size_t i = 0; i < impl_->tensors().size(); ++i) {
    const Tensor& tensor = impl_->tensors()[i];
    PlanDescription::Entry entry =
        plan::describe(impl_->groups()[tensor.group], tensor, layout.tiers[i], impl_->options());
    description.bytes_read += entry.bytes_read;
    description.bytes_written += entry.bytes_written;
    description.bytes += entry.bytes;
    description.tensors.push_back(std::move(entry));
  }
  description.launches = impl_->executor().launches();
  return description;
}

}  // namespace curb
