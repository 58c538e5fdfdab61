// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/plan/memory_map.hpp"

#include <algorithm>

#include "host/plan/describe.hpp"

namespace curb::plan {
namespace {

std::uintptr_t address(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

std::string named(const Tensor& tensor) { return "tensor '" + tensor.name + "'"; }

/// Elements from the first to one past the last, whatever lies between the rows.
std::uintptr_t extent(const Tensor& tensor) {
  if (tensor.rows == 0 || tensor.columns == 0) return 0;
  const std::int64_t stride =
      tensor.leading_dimension == 0 ? tensor.columns : tensor.leading_dimension;
  return static_cast<std::uintptr_t>((tensor.rows - 1) * stride + tensor.columns);
}

std::uintptr_t element_size(DataType type) { return static_cast<std::uintptr_t>(size_of(type)); }

}  // namespace

MemoryMap::MemoryMap(const std::vector<Group>& groups, const std::vector<Tensor>& tensors,
                     const PlanOptions& options)
    : tensors_(tensors) {
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    const Tensor& tensor = tensors[t];
    const std::uintptr_t elements = extent(tensor);
    add_weights(tensor, t);
    for (int s = 0; s < state_count(groups[tensor.group].modes); ++s) {
      const std::uintptr_t size = element_size(tensor.state_type[s]);
      add(tensor.state[s], elements * size, size, kStateNames[s], t);
    }
    if (tensor.ema != nullptr) {
      add(tensor.ema, elements * sizeof(float), alignof(float), "ema", t);
    }
    if (tensor.mask != nullptr) add(tensor.mask, elements, 1, "mask", t);
    expect_gradient_of(tensor);
    if (options.zero_gradients && elements > 0) order_.push_back(t);
  }
  for (const auto& [scalar, what] :
       {std::pair{options.found_inf, "found_inf"}, {options.loss_scale, "loss_scale"}}) {
    if (scalar != nullptr) add(scalar, sizeof(float), alignof(float), what, kNoTensor);
  }
  sort_arrays();
}

std::string MemoryMap::name_of(const Array& array) const {
  if (array.tensor == kNoTensor) return array.what;
  return named(tensors_[array.tensor]) + " (" + array.what + ")";
}

void MemoryMap::add(const void* pointer, std::uintptr_t bytes, std::uintptr_t alignment,
                    const char* what, std::size_t tensor) {
  if (bytes == 0) return;
  const Array array{address(pointer), address(pointer) + bytes, what, tensor};
  const auto refuse = [&](const char* why) {
    const std::string owner = tensor == kNoTensor ? "" : named(tensors_[tensor]) + ": ";
    throw Error(owner + what + why);
  };
  if (pointer == nullptr) refuse(" is null");
  if (array.first % alignment != 0) refuse(" is not aligned to its element type");
  arrays_.push_back(array);
}

void MemoryMap::add_weights(const Tensor& tensor, std::size_t index) {
  const std::uintptr_t elements = extent(tensor);
  constexpr std::uintptr_t kHalf = sizeof(std::uint16_t);
  if (tensor.storage <= Storage::bfloat16_master) {
    add(tensor.parameter, elements * sizeof(float), alignof(float), "parameter", index);
  }
  if (tensor.storage != Storage::float32) {
    add(tensor.bfloat16, elements * kHalf, kHalf, "bfloat16", index);
  }
  if (tensor.storage == Storage::bfloat16_remainder) {
    add(tensor.remainder, elements * kHalf, kHalf, "remainder", index);
  }
}

void MemoryMap::expect_gradient_of(const Tensor& tensor) {
  Places places;
  const std::uintptr_t size = element_size(tensor.gradient_type);
  places.bytes = extent(tensor) * size;
  places.misaligned = size - 1;
  if (places.bytes == 0) places = {0, UINTPTR_MAX, 0, 0};  // anywhere
  places_.push_back(places);
}

void MemoryMap::sort_arrays() {
  std::sort(arrays_.begin(), arrays_.end(),
            [](const Array& a, const Array& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < arrays_.size(); ++i) {
    const Array& array = arrays_[i];
    if (i > 0 && array.first < arrays_[i - 1].last) {
      throw Error(name_of(arrays_[i - 1]) + ": overlaps " + name_of(array));
    }
    if (!taken_.empty() && taken_.back().last == array.first) {
      taken_.back().last = array.last;
    } else {
      taken_.push_back({array.first, array.last});
    }
  }
}

void MemoryMap::check_gradients(const char* function, const void* const* gradients) {
  for (std::size_t t = 0; t < places_.size(); ++t) {
    const Places& places = places_[t];
    const std::uintptr_t first = address(gradients[t]);
    if (first - places.first <= places.count && (first & places.misaligned) == 0) continue;
    place(function, t, gradients[t]);
  }
  if (!order_.empty()) check_gradients_apart(function, gradients);
}

/// The gap that begins at or before `address` and ends after it; empty where an array lies there.
MemoryMap::Gap MemoryMap::gap_at(std::uintptr_t address) const {
  const auto next =
      std::upper_bound(taken_.begin(), taken_.end(), address,
                       [](std::uintptr_t a, const Gap& taken) { return a < taken.first; });
  return {next == taken_.begin() ? 1 : (next - 1)->last,
          next == taken_.end() ? UINTPTR_MAX : next->first};
}

void MemoryMap::place(const char* function, std::size_t tensor, const void* gradient) {
  Places& places = places_[tensor];
  const std::uintptr_t first = address(gradient);
  const auto refuse = [&](const char* why) {
    throw Error(std::string(function) + ": the gradient of " + named(tensors_[tensor]) + why);
  };
  if (gradient == nullptr) refuse(" is null");
  if ((first & places.misaligned) != 0) refuse(" is not aligned to its element type");
  const Gap gap = gap_at(first);
  if (first < gap.first || gap.last - first < places.bytes) {
    refuse_gradient(function, tensor, first);
  }
  places.first = gap.first;
  places.count = gap.last - gap.first - places.bytes;
}

void MemoryMap::refuse_gradient(const char* function, std::size_t tensor,
                                std::uintptr_t first) const {
  const std::uintptr_t bytes = places_[tensor].bytes;
  const auto overlapped = std::find_if(arrays_.begin(), arrays_.end(), [&](const Array& array) {
    return first < array.last && (array.first <= first || array.first - first < bytes);
  });
  const std::string other =
      overlapped == arrays_.end() ? "the end of the address space" : name_of(*overlapped);
  throw Error(std::string(function) + ": the gradient of " + named(tensors_[tensor]) +
              " overlaps " + other);
}

bool MemoryMap::gradients_in_order(const void* const* gradients) const {
  std::uintptr_t last = 0;
  for (const std::size_t t : order_) {
    const std::uintptr_t first = address(gradients[t]);
    if (first < last) return false;
    last = first + places_[t].bytes;
  }
  return true;
}

/// Gradients that move mostly keep their order, which is then all there is to see.
void MemoryMap::check_gradients_apart(const char* function, const void* const* gradients) {
  if (gradients_in_order(gradients)) return;
  std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
    return address(gradients[a]) < address(gradients[b]);
  });
  for (std::size_t i = 1; i < order_.size(); ++i) {
    const std::size_t before = order_[i - 1];
    const std::size_t after = order_[i];
    if (address(gradients[after]) - address(gradients[before]) < places_[before].bytes) {
      throw Error(std::string(function) + ": the gradient of " + named(tensors_[before]) +
                  " overlaps the gradient of " + named(tensors_[after]));
    }
  }
}

}  // namespace curb::plan
