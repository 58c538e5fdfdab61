// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Runs a plan on a CUDA device: the tables live there, and a step is one prologue and one launch
// per (optimiser, tier). Nothing here allocates or waits after construction, but for the calls that
// return something to the host.
#include <cuda_runtime.h>

#include "host/plan/executor.hpp"
#include "host/plan/statistics_layout.hpp"
#include "kernels/launch.cuh"

namespace curb::plan {
namespace {

using kernels::check;

/// Makes `device` current for a scope: callers need no current device of any kind.
class DeviceScope {
 public:
  explicit DeviceScope(int device) {
    check(cudaGetDevice(&before_), "asking for the current device");
    if (before_ != device) check(cudaSetDevice(device), "selecting the plan's device");
    changed_ = before_ != device;
  }
  ~DeviceScope() {
    if (changed_) cudaSetDevice(before_);
  }
  DeviceScope(const DeviceScope&) = delete;
  DeviceScope& operator=(const DeviceScope&) = delete;

 private:
  int before_ = 0;
  bool changed_ = false;
};

/// An array on the device, filled once.
template <class T>
class DeviceArray {
 public:
  explicit DeviceArray(std::size_t size) : size_(size) {
    if (size == 0) return;
    check(cudaMalloc(reinterpret_cast<void**>(&data_), size * sizeof(T)),
          "allocating the plan's tables");
    check(cudaMemset(data_, 0, size * sizeof(T)), "clearing the plan's tables");
  }
  explicit DeviceArray(const std::vector<T>& values) : DeviceArray(values.size()) {
    upload(values.data(), values.size());
  }
  ~DeviceArray() { cudaFree(data_); }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;

  T* data() const { return data_; }
  std::size_t size() const { return size_; }

  void upload(const T* values, std::size_t count) {
    if (count == 0) return;
    check(cudaMemcpy(data_, values, count * sizeof(T), cudaMemcpyHostToDevice),
          "uploading the plan's tables");
  }

  /// Waits for `stream` first.
  std::vector<T> download(Stream stream) const {
    std::vector<T> values(size_);
    check(cudaStreamSynchronize(stream), "waiting for the plan's stream");
    if (size_ == 0) return values;
    check(cudaMemcpy(values.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost),
          "downloading from the plan's tables");
    return values;
  }

 private:
  T* data_ = nullptr;
  std::size_t size_;
};

/// The tables of the pass that reports on weights.
class CudaStatistics {
 public:
  CudaStatistics(const Layout& layout, const kernels::TensorView* tensors,
                 const kernels::GroupRecord* groups)
      : CudaStatistics(make_statistics_layout(layout), tensors, groups) {}

  void collect(Stream stream) { kernels::launch_statistics(tables_, stream); }
  std::vector<rules::WeightStatistics> download(Stream stream) const {
    return found_.download(stream);
  }

 private:
  CudaStatistics(const StatisticsLayout& layout, const kernels::TensorView* tensors,
                 const kernels::GroupRecord* groups)
      : rows_(layout.rows),
        columns_(layout.columns),
        spans_(layout.spans),
        zeros_(layout.partials),
        penalty_(layout.partials),
        found_(layout.spans.size()),
        tables_{tensors,
                groups,
                rows_.data(),
                static_cast<std::uint32_t>(rows_.size()),
                columns_.data(),
                static_cast<std::uint32_t>(columns_.size()),
                {zeros_.data(), penalty_.data()},
                spans_.data(),
                found_.data(),
                static_cast<std::uint32_t>(found_.size())} {}

  DeviceArray<kernels::StatisticsItem> rows_;
  DeviceArray<kernels::StatisticsItem> columns_;
  DeviceArray<kernels::StatisticsSpan> spans_;
  DeviceArray<double> zeros_;
  DeviceArray<double> penalty_;
  DeviceArray<rules::WeightStatistics> found_;
  kernels::StatisticsTables tables_;
};

class CudaExecutor final : public Executor {
 public:
  CudaExecutor(const std::vector<Group>& groups, const std::vector<Tensor>& tensors,
               const PlanOptions& options, int device)
      : device_(device),
        scope_(std::make_unique<DeviceScope>(device)),
        layout_(make_layout(groups, tensors, options, kernels::items_per_block)),
        tensors_(layout_.tensors),
        items_(layout_.items),
        groups_(layout_.groups),
        coefficients_(2 * groups.size()),
        gradients_(tensors.size()),
        gradient_items_(layout_.gradient_items),
        partials_(layout_.gradient_items.size()),
        statistics_(tensors.size()),
        report_(1) {
    if (options.statistics) {
      weight_statistics_ =
          std::make_unique<CudaStatistics>(layout_, tensors_.data(), groups_.data());
    }
    check(cudaDeviceSynchronize(), "building the plan");
    scope_.reset();
  }

  /// After a failure of the device, or with the runtime already unloading, every call fails; what
  /// is there to free is lost then, but the program should live.
  ~CudaExecutor() override {
    try {
      scope_ = std::make_unique<DeviceScope>(device_);
    } catch (const CudaError&) {
      scope_.reset();
    }
  }

  std::string why_unreachable(const void* address) override {
    const DeviceScope scope(device_);
    cudaPointerAttributes found{};
    check(cudaPointerGetAttributes(&found, address), "asking where an array lies");
    if (found.type == cudaMemoryTypeUnregistered) {  // of the host, or nobody's
      int reachable = 0;
      check(cudaDeviceGetAttribute(&reachable, cudaDevAttrPageableMemoryAccess, device_),
            "asking what the device can reach");
      if (reachable == 0) return "is not in memory that a CUDA device can reach";
    }
    if (found.type == cudaMemoryTypeDevice && found.device != device_) {
      return "is in memory of CUDA device " + std::to_string(found.device) +
             ", and the plan is of " + std::to_string(device_);
    }
    return {};
  }

  void bind_gradients(const void* const* gradients, Stream stream) override {
    const DeviceScope scope(device_);
    kernels::launch_bind_gradients(gradients_.data(), gradients, gradients_.size(), stream);
  }

  void set_hyperparameters(std::size_t group, const Hyperparameters& value,
                           Stream stream) override {
    const DeviceScope scope(device_);
    kernels::launch_set_hyperparameters(groups_.data() + group, value, stream);
  }

  void step(Stream stream) override {
    const DeviceScope scope(device_);
    const kernels::StepTables tables{tensors_.data(), gradients_.data(), coefficients_.data()};
    const auto groups = static_cast<std::uint32_t>(groups_.size());
    const auto partials = static_cast<std::uint32_t>(partials_.size());
    if (layout_.guard) {
      kernels::launch_measure_gradients(tables, groups_.data(), gradient_items_.data(), partials,
                                        partials_.data(), stream);
      kernels::launch_guarded_prologue(groups_.data(), groups, coefficients_.data(),
                                       partials_.data(), partials, *layout_.guard, report_.data(),
                                       stream);
    } else {
      kernels::launch_prologue(groups_.data(), groups, coefficients_.data(), stream);
    }
    for (const Launch& launch : layout_.launches) {
      kernels::launch_update(launch.kind, launch.mixed, launch.tier, tables,
                             items_.data() + launch.first_item, launch.item_count,
                             statistics_.data(), stream);
    }
  }

  std::vector<GroupState> export_state(Stream stream) override {
    const DeviceScope scope(device_);
    std::vector<GroupState> state;
    for (const kernels::GroupRecord& group : groups_.download(stream)) {
      state.push_back(group.state);
    }
    return state;
  }

  void import_state(const std::vector<GroupState>& state, Stream stream) override {
    const DeviceScope scope(device_);
    std::vector<kernels::GroupRecord> groups = groups_.download(stream);
    for (std::size_t i = 0; i < groups.size(); ++i) groups[i].state = state[i];
    groups_.upload(groups.data(), groups.size());
  }

  void collect_statistics(Stream stream) override {
    const DeviceScope scope(device_);
    weight_statistics_->collect(stream);
  }

  std::vector<rules::WeightStatistics> weight_statistics(Stream stream) override {
    const DeviceScope scope(device_);
    return weight_statistics_->download(stream);
  }

  std::vector<kernels::RowStatistics> row_statistics(Stream stream) override {
    const DeviceScope scope(device_);
    return statistics_.download(stream);
  }

  kernels::StepReport report(Stream stream) override {
    const DeviceScope scope(device_);
    return report_.download(stream).front();
  }

  const float* found_inf() const override { return &report_.data()->found_inf; }

  const Layout& layout() const override { return layout_; }
  int launches() const override {
    return (partials_.size() > 0 ? 2 : 1) + static_cast<int>(layout_.launches.size());
  }

 private:
  int device_;
  std::unique_ptr<DeviceScope> scope_;  // around the members' construction and destruction
  Layout layout_;
  DeviceArray<kernels::TensorView> tensors_;
  DeviceArray<kernels::WorkItem> items_;
  DeviceArray<kernels::GroupRecord> groups_;
  DeviceArray<rules::Coefficients> coefficients_;
  DeviceArray<const void*> gradients_;
  DeviceArray<kernels::WorkItem> gradient_items_;
  DeviceArray<double> partials_;
  DeviceArray<kernels::RowStatistics> statistics_;
  DeviceArray<kernels::StepReport> report_;
  std::unique_ptr<CudaStatistics> weight_statistics_;
};

}  // namespace

std::unique_ptr<Executor> make_cuda_executor(const std::vector<Group>& groups,
                                             const std::vector<Tensor>& tensors,
                                             const PlanOptions& options, int device) {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error != cudaSuccess || device < 0 || device >= count) {
    throw NoDevice("no CUDA device " + std::to_string(device) + ": " +
                   (error == cudaSuccess ? std::to_string(count) + " found"
                                         : std::string(cudaGetErrorString(error))));
  }
  return std::make_unique<CudaExecutor>(groups, tensors, options, device);
}

}  // namespace curb::plan
