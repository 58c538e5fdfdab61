// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// An optimiser of one's own (lion.hpp) in curb's fused kernels, element by element and by rows,
// with soft threshold, decoupled decay and max-norm in the same pass. No library is needed: the
// tables that a Plan would make are made here.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <curb/kernels/launch_update.cuh>
#include <curb/rules/element_step.hpp>

#include "examples/gpu.hpp"
#include "examples/lion.hpp"

namespace {

namespace kernels = curb::kernels;
namespace rules = curb::rules;

constexpr std::int64_t kRows = 24;
constexpr std::int64_t kColumns = 400;
constexpr std::size_t kCount = kRows * kColumns;
constexpr int kSteps = 5;

/// An array of tables on the current device.
template <class T>
class DeviceTable {
 public:
  explicit DeviceTable(const std::vector<T>& values) {
    const std::size_t bytes = values.size() * sizeof(T);
    check(cudaMalloc(reinterpret_cast<void**>(&data_), bytes), "cudaMalloc");
    check(cudaMemcpy(data_, values.data(), bytes, cudaMemcpyHostToDevice), "copying a table");
  }
  ~DeviceTable() { cudaFree(data_); }
  DeviceTable(const DeviceTable&) = delete;
  DeviceTable& operator=(const DeviceTable&) = delete;
  const T* data() const { return data_; }

 private:
  T* data_ = nullptr;
};

std::vector<float> numbers(unsigned state) {
  std::vector<float> values(kCount);
  for (float& value : values) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<float>(state >> 8) / 8388608.0f - 1.0f;
  }
  return values;
}

/// The work of a launch: runs of `size` out of `total` elements or rows.
std::vector<kernels::WorkItem> cut(std::int64_t total, std::int32_t size) {
  std::vector<kernels::WorkItem> items;
  for (std::int64_t first = 0; first < total; first += size) {
    const std::int64_t left = total - first;
    items.push_back({first, left < size ? static_cast<std::int32_t>(left) : size, 0});
  }
  return items;
}

/// The weights after kSteps on the device, by the kernel of `tier`.
std::vector<float> steps_on_device(kernels::Tier tier, const std::vector<kernels::WorkItem>& items,
                                   const rules::Coefficients& coefficients) {
  const DeviceFloats weight(numbers(1));
  const DeviceFloats gradient(numbers(2));
  const DeviceFloats momentum(kCount);
  kernels::TensorView view{};
  view.weight = weight.data();
  view.state[0] = momentum.data();
  view.rows = kRows;
  view.columns = kColumns;
  view.leading_dimension = kColumns;

  const DeviceTable<kernels::TensorView> tensors({view});
  const DeviceTable<const void*> gradients({gradient.data()});
  const DeviceTable<rules::Coefficients> device_coefficients({coefficients});
  const DeviceTable<kernels::WorkItem> device_items(items);
  const kernels::StepTables tables{tensors.data(), gradients.data(), device_coefficients.data()};
  for (int step = 0; step < kSteps; ++step) {
    kernels::launch_update_of<Lion, false>(Lion{}, tier, tables, device_items.data(),
                                           static_cast<std::uint32_t>(items.size()), nullptr,
                                           nullptr);
  }
  return weight.to_host();
}

std::vector<float> steps_on_host(const rules::Coefficients& coefficients) {
  std::vector<float> weight = numbers(1);
  std::vector<float> momentum(kCount);
  const std::vector<float> gradient = numbers(2);
  for (int step = 0; step < kSteps; ++step) {
    for (std::size_t i = 0; i < kCount; ++i) {
      weight[i] =
          rules::update_element(Lion{}, coefficients, weight[i], gradient[i], &momentum[i], true);
    }
  }
  return weight;
}

double longest_row(const std::vector<float>& weight) {
  double longest = 0.0;
  for (std::int64_t r = 0; r < kRows; ++r) {
    double squared = 0.0;
    for (std::int64_t j = 0; j < kColumns; ++j) {
      const double w = weight[static_cast<std::size_t>(r * kColumns + j)];
      squared += w * w;
    }
    longest = std::fmax(longest, std::sqrt(squared));
  }
  return longest;
}

}  // namespace

int main() {
  skip_without_gpu();
  rules::Hyperparameters h;
  h.learning_rate = 0.02f;
  h.beta1 = 0.9f;
  h.beta2 = 0.99f;
  h.weight_decay = 0.1f;
  h.l1 = 0.5f;
  const std::vector<float> found =
      steps_on_device(kernels::Tier::elements, cut(kRows * kColumns, kernels::kElementsPerItem),
                      lion_coefficients(h));
  const std::vector<float> expected = steps_on_host(lion_coefficients(h));
  const bool same = std::memcmp(found.data(), expected.data(), kCount * sizeof(float)) == 0;

  h.max_norm = 3.0f;
  const double before = longest_row(found);
  const double after = longest_row(steps_on_device(
      kernels::Tier::warp_rows, cut(kRows, kernels::kWarpRowsPerBlock), lion_coefficients(h)));
  std::printf("element by element, the same bits as on the host: %s\n", same ? "yes" : "no");
  std::printf("longest row without max-norm %.2f, with max-norm 3: %.6f\n", before, after);
  return same && before > 3.0 && after <= 3.0 ? 0 : 1;
}
