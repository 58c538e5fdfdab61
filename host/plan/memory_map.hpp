// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Where the arrays of a plan lie, and that no two overlap: the tensors' own when the plan is built,
// the gradients whenever they are bound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <curb/curb.hpp>
#include <string>
#include <vector>

namespace curb::plan {

/// What a tensor's states are called in messages.
inline constexpr const char* kStateNames[] = {"state[0]", "state[1]"};

class MemoryMap {
 public:
  /// One array of the plan's.
  struct Array {
    std::uintptr_t first;
    std::uintptr_t last;  ///< one past it
    const char* what;
    std::size_t tensor;  ///< whose it is, or kNoTensor
  };
  static constexpr std::size_t kNoTensor = SIZE_MAX;

  /// Throws Error, by name, for what is null, misaligned or overlaps. Expects shapes and types that
  /// are checked already, and `tensors` to outlive it.
  MemoryMap(const std::vector<Group>& groups, const std::vector<Tensor>& tensors,
            const PlanOptions& options);

  /// Sorted by address.
  const std::vector<Array>& arrays() const { return arrays_; }
  std::string name_of(const Array& array) const;

  /// Throws Error, by name, for a gradient that is null, misaligned or overlaps an array, and in a
  /// plan that zeroes its gradients for two that overlap: the step of the first would zero what the
  /// second has yet to read. Of gradients that are only read two may be the same. One per tensor;
  /// allocates nothing.
  void check_gradients(const char* function, const void* const* gradients);

 private:
  /// Addresses that no array takes, from `first` to `last`.
  struct Gap {
    std::uintptr_t first;
    std::uintptr_t last;
  };

  /// Where a tensor's gradient may begin: the places in the gap in which it was found last. Most
  /// gradients that move stay within their gap, so that one comparison settles it.
  struct Places {
    std::uintptr_t first = UINTPTR_MAX;  // an address at which nothing can lie
    std::uintptr_t count = 0;            // further places after it
    std::uintptr_t misaligned = 1;       // the bits of an address that must be zero
    std::uintptr_t bytes = 0;            // of the gradient
  };

  void add(const void* pointer, std::uintptr_t bytes, std::uintptr_t alignment, const char* what,
           std::size_t tensor);
  void add_weights(const Tensor& tensor, std::size_t index);
  void expect_gradient_of(const Tensor& tensor);
  void sort_arrays();
  Gap gap_at(std::uintptr_t address) const;
  void place(const char* function, std::size_t tensor, const void* gradient);
  void check_gradients_apart(const char* function, const void* const* gradients);
  bool gradients_in_order(const void* const* gradients) const;
  [[noreturn]] void refuse_gradient(const char* function, std::size_t tensor,
                                    std::uintptr_t first) const;

  const std::vector<Tensor>& tensors_;
  std::vector<Array> arrays_;
  std::vector<Gap> taken_;  // the same, with those that touch made one
  std::vector<Places> places_;
  std::vector<std::size_t> order_;  // of gradients that are written: the tensors, by address
};

}  // namespace curb::plan
