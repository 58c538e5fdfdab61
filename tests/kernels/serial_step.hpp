// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The fused step as the plainest host code: one tensor, one element after another, the row stages
// over a list of the row's elements. What the kernels must equal bit for bit.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <curb/rules/effective_step.hpp>
#include <vector>

#include "kernels/operations.hpp"
#include "kernels/update.hpp"

namespace curb::testing {

/// A tensor's arrays, each rows * leading_dimension long; `state` has as many as the optimiser, and
/// an empty mask keeps every weight.
struct HostTensor {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t leading_dimension = 0;
  std::vector<float> weight;
  std::vector<float> gradient;
  std::array<std::vector<float>, kernels::kMaxStates> state;
  std::vector<std::uint8_t> mask;

  std::size_t size() const { return static_cast<std::size_t>(rows * leading_dimension); }
};

/// The coefficients of the third step, where no filter is at its start.
rules::Coefficients third_step(const rules::Modes& modes, const rules::Hyperparameters& h);

/// The element-wise step of elements [first, first + count) in storage.
void serial_elements(kernels::UpdateKind kind, const rules::Coefficients& c, HostTensor& tensor,
                     std::size_t first, std::size_t count);

std::int64_t neurons(const HostTensor& tensor, kernels::Incoming incoming);

/// Where the elements of a neuron's incoming vector lie in storage.
std::vector<std::size_t> incoming_elements(const HostTensor& tensor, kernels::Incoming incoming,
                                           std::int64_t neuron);

/// The whole step of a tensor with row stages.
kernels::RowStatistics serial_rows(kernels::UpdateKind kind, const rules::Coefficients& c,
                                   HostTensor& tensor, kernels::Incoming incoming);

/// The canonical sum of the terms.
double serial_sum(const std::vector<double>& terms);

/// Max-norm on its own: only a neuron outside the ball changes.
kernels::RowStatistics serial_clamp(HostTensor& tensor, kernels::Incoming incoming, float max_norm);

}  // namespace curb::testing
