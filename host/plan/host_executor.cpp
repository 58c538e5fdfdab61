// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Runs a plan on the CPU: items are shared among OpenMP threads, and since items are disjoint and
// rows are summed inside one item, the bits do not depend on how many threads there are.
#include <omp.h>

#include <algorithm>
#include <curb/rules/effective_step.hpp>

#include "host/plan/executor.hpp"
#include "host/plan/host_step.hpp"

namespace curb::plan {
namespace {

/// An item should be large beside the cost of handing it out, and small beside a cache.
std::int32_t host_item_size(kernels::Tier tier) {
  switch (tier) {
    case kernels::Tier::elements:
      return kernels::kElementsPerItem;
    case kernels::Tier::columns:
    case kernels::Tier::long_columns:
      return kHostColumns;
    default:
      return 8;
  }
}

/// Below this many elements a step on one thread is faster than waking the others.
constexpr std::int64_t kElementsWorthThreads = 1 << 18;

class HostExecutor final : public Executor {
 public:
  HostExecutor(const std::vector<Group>& groups, const std::vector<Tensor>& tensors, int threads)
      : layout_(make_layout(groups, tensors, host_item_size)),
        coefficients_(2 * groups.size()),
        gradients_(tensors.size(), nullptr),
        run_item_(select_host_step().run_item),
        threads_(threads > 0 ? threads : omp_get_max_threads()) {
    std::int64_t elements = 0;
    for (const Tensor& tensor : tensors) elements += tensor.rows * tensor.columns;
    if (elements < kElementsWorthThreads) threads_ = 1;
  }

  void bind_gradients(const std::vector<const void*>& gradients, Stream) override {
    std::transform(gradients.begin(), gradients.end(), gradients_.begin(),
                   [](const void* p) { return static_cast<const float*>(p); });
  }

  void set_hyperparameters(std::size_t group, const Hyperparameters& value, Stream) override {
    layout_.groups[group].hyperparameters = value;
  }

  void step(Stream) override {
    for (std::uint32_t i = 0; i < layout_.groups.size(); ++i) {
      kernels::GroupRecord& group = layout_.groups[i];
      const rules::Coefficients c = rules::advance(group.modes, group.hyperparameters, group.state);
      coefficients_[kernels::coefficients_index(i, true)] = c;
      coefficients_[kernels::coefficients_index(i, false)] = rules::without_regularisation(c);
    }
    for (const Launch& launch : layout_.launches) run(launch);
  }

  std::vector<GroupState> export_state(Stream) override {
    std::vector<GroupState> state;
    for (const kernels::GroupRecord& group : layout_.groups) state.push_back(group.state);
    return state;
  }

  void import_state(const std::vector<GroupState>& state, Stream) override {
    for (std::size_t i = 0; i < state.size(); ++i) layout_.groups[i].state = state[i];
  }

  StepStatistics statistics(Stream) override { return statistics_; }
  const Layout& layout() const override { return layout_; }
  int launches() const override { return 0; }

 private:
  void run(const Launch& launch) {
    const kernels::StepTables tables{layout_.tensors.data(), gradients_.data(),
                                     coefficients_.data()};
    const kernels::WorkItem* items = layout_.items.data() + launch.first_item;
    const auto count = static_cast<std::int64_t>(launch.item_count);
    unsigned long long clamped = 0;
    unsigned long long non_finite = 0;
#pragma omp parallel for num_threads(threads_) schedule(static) reduction(+ : clamped, non_finite) \
    if (threads_ > 1)
    for (std::int64_t i = 0; i < count; ++i) {
      kernels::RowStatistics statistics{};
      run_item_(launch.kind, launch.tier, tables, items[i], statistics);
      clamped += statistics.clamped_rows;
      non_finite += statistics.non_finite_rows;
    }
    statistics_.clamped_rows += clamped;
    statistics_.non_finite_rows += non_finite;
  }

  Layout layout_;
  std::vector<rules::Coefficients> coefficients_;
  std::vector<const float*> gradients_;
  RunItem* run_item_;
  int threads_;
  StepStatistics statistics_;
};

}  // namespace

std::unique_ptr<Executor> make_host_executor(const std::vector<Group>& groups,
                                             const std::vector<Tensor>& tensors, int threads) {
  return std::make_unique<HostExecutor>(groups, tensors, threads);
}

}  // namespace curb::plan
