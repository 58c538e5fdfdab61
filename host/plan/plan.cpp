// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The public Plan: validation, then whichever executor the device names.
#include <cstdio>
#include <curb/curb.hpp>

#include "host/plan/executor.hpp"
#include "host/plan/validate.hpp"

namespace curb {

class Plan::Impl {
 public:
  Impl(const Device& device, std::vector<Group> groups, std::vector<Tensor> tensors)
      : groups_(std::move(groups)), tensors_(std::move(tensors)) {
    plan::validate(groups_, tensors_);
    executor_ = device.kind == Device::Kind::cpu
                    ? plan::make_host_executor(groups_, tensors_, device.threads)
                    : plan::make_cuda_executor(groups_, tensors_, device.index);
  }

  const std::vector<Group>& groups() const { return groups_; }
  const std::vector<Tensor>& tensors() const { return tensors_; }
  plan::Executor& executor() { return *executor_; }

  void bind(const std::vector<const void*>& gradients, Stream stream) {
    if (gradients.size() != tensors_.size()) {
      throw Error("bind_gradients: " + std::to_string(gradients.size()) + " gradients for " +
                  std::to_string(tensors_.size()) + " tensors");
    }
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      const bool empty = tensors_[i].rows == 0 || tensors_[i].columns == 0;
      if (!empty && gradients[i] == nullptr) {
        throw Error("bind_gradients: the gradient of tensor '" + tensors_[i].name + "' is null");
      }
    }
    executor_->bind_gradients(gradients, stream);
    bound_ = true;
  }

  void step(Stream stream) {
    if (!bound_ && !tensors_.empty()) throw Error("step: no gradients have been bound");
    executor_->step(stream);
  }

 private:
  std::vector<Group> groups_;
  std::vector<Tensor> tensors_;
  std::unique_ptr<plan::Executor> executor_;
  bool bound_ = false;
};

int state_count(const Modes& modes) { return kernels::state_count(kernels::update_kind(modes)); }

Plan::Plan(const Device& device, std::vector<Group> groups, std::vector<Tensor> tensors)
    : impl_(std::make_unique<Impl>(device, std::move(groups), std::move(tensors))) {}
Plan::~Plan() = default;
Plan::Plan(Plan&&) noexcept = default;
Plan& Plan::operator=(Plan&&) noexcept = default;

void Plan::bind_gradients(const std::vector<const void*>& gradients, Stream stream) {
  impl_->bind(gradients, stream);
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
  impl_->executor().import_state(state, stream);
}

StepStatistics Plan::statistics(Stream stream) const {
  return impl_->executor().statistics(stream);
}

PlanDescription Plan::describe() const {
  PlanDescription description;
  const plan::Layout& layout = impl_->executor().layout();
  for (std::size_t i = 0; i < impl_->tensors().size(); ++i) {
    const Tensor& tensor = impl_->tensors()[i];
    const Group& group = impl_->groups()[tensor.group];
    const std::int64_t bytes = plan::bytes_per_step(group, tensor);
    description.tensors.push_back({tensor.name, group.name, kernels::tier_name(layout.tiers[i]),
                                   tensor.rows * tensor.columns, bytes});
    description.bytes += bytes;
  }
  description.launches = impl_->executor().launches();
  return description;
}

std::string to_string(const PlanDescription& description) {
  std::string text;
  char line[512];
  for (const PlanDescription::Entry& entry : description.tensors) {
    std::snprintf(line, sizeof line, "%-24s %-12s %-14s %12lld parameters %14lld bytes\n",
                  entry.tensor.c_str(), entry.group.c_str(), entry.tier.c_str(),
                  static_cast<long long>(entry.parameters), static_cast<long long>(entry.bytes));
    text += line;
  }
  std::snprintf(line, sizeof line, "%d launches and %lld bytes per step\n", description.launches,
                static_cast<long long>(description.bytes));
  return text + line;
}

}  // namespace curb
