// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Runs a plan on the CPU: items are shared among OpenMP threads, and since items are disjoint and
// rows are summed inside one item, the bits do not depend on how many threads there are.
#include <omp.h>

#include <algorithm>
#include <curb/rules/effective_step.hpp>
#include <curb/rules/global_norm.hpp>
#include <curb/rules/row_sum.hpp>
#include <optional>

#include "host/plan/executor.hpp"
#include "host/plan/host_memory.hpp"
#include "host/plan/host_statistics.hpp"
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
  HostExecutor(const std::vector<Group>& groups, const std::vector<Tensor>& tensors,
               const PlanOptions& options, int threads)
      : layout_(make_layout(groups, tensors, options, host_item_size)),
        coefficients_(2 * groups.size()),
        gradients_(tensors.size(), nullptr),
        partials_(layout_.gradient_items.size()),
        statistics_(tensors.size()),
        host_step_(select_host_step()),
        threads_(threads > 0 ? threads : omp_get_max_threads()) {
    std::int64_t elements = 0;
    for (const Tensor& tensor : tensors) elements += tensor.rows * tensor.columns;
    if (elements < kElementsWorthThreads) threads_ = 1;
    make_scratch();
    if (options.statistics) weight_statistics_.emplace(layout_, threads_);
  }

  std::string why_unreachable(const void* address) override {
    return host_memory_.can_read(address) ? "" : "is not in memory that the CPU can reach";
  }

  void bind_gradients(const void* const* gradients, Stream) override {
    std::copy_n(gradients, gradients_.size(), gradients_.begin());
  }

  void set_hyperparameters(std::size_t group, const Hyperparameters& value, Stream) override {
    layout_.groups[group].hyperparameters = value;
  }

  void step(Stream) override {
    advance_groups();
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

  void collect_statistics(Stream) override { weight_statistics_->collect(); }
  std::vector<rules::WeightStatistics> weight_statistics(Stream) override {
    return weight_statistics_->found();
  }
  std::vector<kernels::RowStatistics> row_statistics(Stream) override { return statistics_; }
  kernels::StepReport report(Stream) override { return report_; }
  const float* found_inf() const override { return &report_.found_inf; }
  const Layout& layout() const override { return layout_; }
  int launches() const override { return 0; }

 private:
  /// One thread's share of the scratch that mixed tensors are stepped in.
  struct Scratch {
    std::vector<float> floats;
    std::vector<std::uint8_t> mask;
  };

  void make_scratch() {
    std::int64_t size = 0;
    for (std::size_t t = 0; t < layout_.tensors.size(); ++t) {
      if (!kernels::is_mixed(layout_.tensors[t])) continue;
      size = std::max(size, host_tile_size(layout_.tensors[t], layout_.tiers[t]));
    }
    if (size == 0) return;
    const auto count = static_cast<std::size_t>(size);
    scratch_.resize(static_cast<std::size_t>(threads_));
    for (Scratch& scratch : scratch_) {
      scratch.floats.resize((2 + kernels::kMaxStates) * count);
      scratch.mask.resize(count);
    }
  }

  HostScratch scratch_of(int thread) {
    if (scratch_.empty()) return {};
    Scratch& scratch = scratch_[static_cast<std::size_t>(thread)];
    const std::size_t count = scratch.mask.size();
    float* floats = scratch.floats.data();
    return {floats, floats + count, {floats + 2 * count, floats + 3 * count}, scratch.mask.data()};
  }

  kernels::StepTables tables() const {
    return {layout_.tensors.data(), gradients_.data(), coefficients_.data()};
  }

  void advance_groups() {
    double factor = 1.0;
    if (layout_.guard) {
      const rules::GradientVerdict verdict = judge(*layout_.guard);
      report_.skipped_steps += verdict.skip ? 1 : 0;
      report_.gradient_norm = verdict.norm;
      report_.found_inf = verdict.skip ? 1.0f : 0.0f;
      if (verdict.skip) {
        std::fill(coefficients_.begin(), coefficients_.end(), rules::skipped_step());
        return;
      }
      factor = verdict.factor;
    }
    for (std::uint32_t i = 0; i < layout_.groups.size(); ++i) {
      kernels::GroupRecord& group = layout_.groups[i];
      const rules::Coefficients c = rules::with_gradient_factor(
          rules::advance(group.modes, group.hyperparameters, group.state), factor);
      coefficients_[kernels::coefficients_index(i, true)] = c;
      coefficients_[kernels::coefficients_index(i, false)] = rules::without_regularisation(c);
    }
  }

  rules::GradientVerdict judge(const kernels::GradientGuard& guard) {
    const auto count = static_cast<std::int64_t>(partials_.size());
#pragma omp parallel for num_threads(threads_) schedule(static) if (threads_ > 1)
    for (std::int64_t i = 0; i < count; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const kernels::WorkItem& item = layout_.gradient_items[at];
      const std::size_t group = layout_.tensors[item.tensor].coefficients / 2;
      const double scale = layout_.groups[group].hyperparameters.gradient_scale;
      partials_[at] = rules::mul(rules::mul(scale, scale), host_step_.measure_item(tables(), item));
    }
    const double squared = rules::canonical_row_sum(
        count, [this](std::int64_t i) { return partials_[static_cast<std::size_t>(i)]; });
    return rules::judge_gradient(guard.limits, squared,
                                 guard.loss_scale == nullptr ? 1.0f : *guard.loss_scale,
                                 guard.found_inf == nullptr ? 0.0f : *guard.found_inf);
  }

  void run(const Launch& launch) {
    const kernels::WorkItem* items = layout_.items.data() + launch.first_item;
    const auto count = static_cast<std::int64_t>(launch.item_count);
#pragma omp parallel for num_threads(threads_) schedule(static) if (threads_ > 1)
    for (std::int64_t i = 0; i < count; ++i) {
      kernels::RowStatistics found{};
      host_step_.run_item(launch.kind, launch.tier, tables(), items[i],
                          scratch_of(omp_get_thread_num()), found);
      if (found.clamped_rows == 0 && found.non_finite_rows == 0) continue;
      kernels::RowStatistics& total = statistics_[items[i].tensor];
#pragma omp atomic
      total.clamped_rows += found.clamped_rows;
#pragma omp atomic
      total.non_finite_rows += found.non_finite_rows;
    }
  }

  Layout layout_;
  std::vector<rules::Coefficients> coefficients_;
  std::vector<const void*> gradients_;
  std::vector<double> partials_;
  std::vector<kernels::RowStatistics> statistics_;
  kernels::StepReport report_{};
  HostMemory host_memory_;
  HostStep host_step_;
  int threads_;
  std::vector<Scratch> scratch_;
  std::optional<HostStatistics> weight_statistics_;
};

}  // namespace

std::unique_ptr<Executor> make_host_executor(const std::vector<Group>& groups,
                                             const std::vector<Tensor>& tensors,
                                             const PlanOptions& options, int threads) {
  return std::make_unique<HostExecutor>(groups, tensors, options, threads);
}

}  // namespace curb::plan
