// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A matrix, its states and its gradients for a case, in the forms in which the case stores them: as
// bytes, so that one code carries every form to a device and back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <curb/curb.hpp>
#include <functional>
#include <vector>

#include "tests/cases/case.hpp"

namespace curb::testing {

using Bytes = std::vector<unsigned char>;

/// The arrays of a tensor; those that it does not have are empty.
struct TensorArrays {
  enum Name { weight, bfloat16, remainder, gradient, first, second, average, mask, count };
  std::array<Bytes, count> bytes;

  Bytes& operator[](Name name) { return bytes[static_cast<std::size_t>(name)]; }
  const Bytes& operator[](Name name) const { return bytes[static_cast<std::size_t>(name)]; }
};

/// Sets the tensor's pointers, all but the gradient's; `at` gives an array's address.
void attach(const std::function<void*(TensorArrays::Name)>& at, Tensor& tensor);

class CaseProblem {
 public:
  static constexpr int kSteps = 3;

  explicit CaseProblem(const Case& c, std::int64_t neurons = 4, std::int64_t fan_in = 19);

  const Case& settings() const { return case_; }
  const Tensor& tensor() const { return tensor_; }  ///< without pointers
  const TensorArrays& arrays() const { return arrays_; }
  /// Of a step; the second is not finite if the case guards against that.
  const Bytes& gradient(int step) const { return gradients_[static_cast<std::size_t>(step)]; }
  bool is_skipped(int step) const { return case_.guard == Guard::skip && step == 1; }

  /// The elements of an array, padding included.
  std::size_t extent() const {
    return static_cast<std::size_t>(tensor_.rows * tensor_.leading_dimension);
  }
  /// Where in storage the matrix's elements lie, row by row.
  const std::vector<std::size_t>& places() const { return places_; }

 private:
  Case case_;
  Tensor tensor_;
  std::vector<std::size_t> places_;
  TensorArrays arrays_;
  std::array<Bytes, kSteps> gradients_;
};

/// The values at `places` of an array, widened: in double, since that holds them all.
std::vector<double> widened(const Bytes& bytes, DataType type,
                            const std::vector<std::size_t>& places);

/// The weights as the step sees them, and as the network does.
std::vector<double> stored_weights(const CaseProblem& problem, const TensorArrays& arrays);
std::vector<double> visible_weights(const CaseProblem& problem, const TensorArrays& arrays);

}  // namespace curb::testing
