// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A tensor in any form of storage, and its fused step as the plainest host code: widened, stepped
// as an fp32 tensor, and narrowed again element by element. What the mixed kernels and the host's
// tiles must equal bit for bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <curb/rules/storage.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/kernels/serial_step.hpp"
#include "tests/kernels/values.hpp"

namespace curb::testing {

struct Form {
  rules::Storage storage = rules::Storage::float32;
  rules::DataType gradient = rules::DataType::float32;
  bool narrow_velocity = false;
  bool average = false;
  bool zero_gradient = false;
};

std::string describe(const Form& form);

/// Every form that the optimiser may have, the one that is not mixed among them.
std::vector<Form> all_forms(kernels::UpdateKind kind);

/// `wide` has what the form does not change: the shape, the mask, fp32 states; and the weight and
/// the gradient where they are fp32.
struct StoredTensor {
  Form form;
  HostTensor wide;
  std::vector<std::uint16_t> bfloat16;
  std::vector<std::uint16_t> remainder;
  std::vector<std::uint16_t> gradient;
  std::vector<std::uint16_t> velocity;
  std::vector<float> average;
};

/// Its shape and form, but none of its arrays.
kernels::TensorView view_without_arrays(const StoredTensor& tensor, rules::RandomKey key);

/// Rounds what the form stores in 16 bits; a gradient of 16 bits is made of random ones.
StoredTensor store(const HostTensor& tensor, const Form& form, RandomFloats& random);

/// The step of the tensor: of its elements one by one, or of its rows if `rows` says how they lie.
kernels::RowStatistics serial_stored_step(kernels::UpdateKind kind, const rules::Coefficients& c,
                                          rules::RandomKey key,
                                          std::optional<kernels::Incoming> rows,
                                          StoredTensor& tensor);

void expect_same_arrays(const StoredTensor& actual, const StoredTensor& expected);

}  // namespace curb::testing
