// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The host's pass over the gradients before a step that clips or checks them: an item's sum of
// squares, with the bits of the kernel (kernels/global_norm.cu).
//
// Included by the loops that are compiled once per instruction set: all of it has internal linkage.
#pragma once

#include <algorithm>
#include <curb/rules/storage.hpp>

#include "host/plan/host_element_step.hpp"
#include "host/plan/host_row_sum.hpp"
#include "host/plan/host_step.hpp"

namespace curb::plan {
namespace {

/// gradient(i) is the gradient of the item's element i.
template <class Gradient>
double sum_of_squares(const TensorView& tensor, const WorkItem& item, const Gradient& gradient) {
  const std::uint8_t* mask = tensor.mask == nullptr ? nullptr : tensor.mask + item.first;
  const auto square = [&](std::int64_t i) { return rules::SquaredWeight{}(gradient(i), 1.0f); };
  double total = 0.0;
  for (std::int64_t done = 0; done < item.count; done += rules::kRowSegment) {
    const std::int64_t count = std::min<std::int64_t>(rules::kRowSegment, item.count - done);
    const double segment =
        mask == nullptr ? segment_sum(count, [&](std::int64_t i) { return square(done + i); })
                        : segment_sum(count, [&](std::int64_t i) {
                            return mask[done + i] != 0 ? square(done + i) : 0.0;
                          });
    total = rules::add(total, segment);
  }
  return total;
}

double measure_item(const StepTables& tables, const WorkItem& item) {
  const TensorView& tensor = tables.tensors[item.tensor];
  const void* gradients = tables.gradients[item.tensor];
  const auto* narrow = static_cast<const std::uint16_t*>(gradients) + item.first;
  switch (tensor.gradient_type) {
    case rules::DataType::float32: {
      const float* wide = static_cast<const float*>(gradients) + item.first;
      return sum_of_squares(tensor, item, [wide](std::int64_t i) { return wide[i]; });
    }
    case rules::DataType::bfloat16:
      return sum_of_squares(tensor, item,
                            [narrow](std::int64_t i) { return rules::from_bfloat16(narrow[i]); });
    case rules::DataType::float16:
      return sum_of_squares(tensor, item,
                            [narrow](std::int64_t i) { return rules::from_float16(narrow[i]); });
  }
  return 0.0;
}

}  // namespace
}  // namespace curb::plan
