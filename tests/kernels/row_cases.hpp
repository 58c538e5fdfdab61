// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What the row kernels are tested on: lengths around every boundary, rows of every kind, layouts
// that take each road through memory, and combinations of the row stages.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <curb/rules/hyperparameters.hpp>
#include <limits>
#include <string>
#include <vector>

#include "kernels/operations.hpp"
#include "kernels/update.hpp"
#include "tests/kernels/device_step.hpp"
#include "tests/kernels/expect.hpp"
#include "tests/kernels/serial_step.hpp"
#include "tests/kernels/values.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {

/// Around a quad, a warp, a chunk, a segment, and each tier's longest row; under a sanitizer one or
/// two for each tier.
inline std::vector<std::int64_t> row_lengths() {
  if (sanitized()) return {1, 5, 33, 128, 512, 513, 1025, 2052, 4097, 8193};
  return {1,    2,    3,    4,    5,    31,   32,   33,   127,  128,  129,  511,  512,  513,
          1023, 1024, 1025, 2047, 2048, 2049, 4095, 4096, 4097, 8191, 8192, 8193, 10000};
}

/// The optimisers and row stages together. Coefficients suit rows of make_rows.
struct RowCase {
  std::string name;
  rules::Modes modes;
  rules::Hyperparameters h;
  bool masked = false;
};

inline std::vector<RowCase> row_cases() {
  using rules::OptimizerKind;
  RowCase plain;  // step sizes are relative to an element of a row of norm 1: see with_length
  plain.h.learning_rate = 0.1f;
  plain.h.l2 = 0.5f;
  const auto with = [&](const char* name, OptimizerKind optimizer, auto change) {
    RowCase c = plain;
    c.name = name;
    c.modes.optimizer = optimizer;
    change(c);
    return c;
  };
  const auto everything = [](RowCase& c) {
    c.modes.l2 = rules::L2Mode::prox;
    c.h.l1 = 0.2f;
    c.h.group_lasso = 1.0f;
    c.h.max_norm = 1.0f;
    c.masked = true;
  };
  return {
      with("row stages off", OptimizerKind::sgd, [](RowCase&) {}),
      with("sgd, max-norm", OptimizerKind::sgd, [](RowCase& c) { c.h.max_norm = 1.0f; }),
      with("cumulative sgd, max-norm", OptimizerKind::sgd,
           [](RowCase& c) {
             c.modes.l1 = rules::L1Mode::cumulative;
             c.h.l1 = 0.2f;
             c.h.max_norm = 1.0f;
           }),
      with("momentum, group", OptimizerKind::momentum, [](RowCase& c) { c.h.group_lasso = 1.0f; }),
      with("nesterov, everything", OptimizerKind::nesterov, everything),
      with("adam, radial max-norm", OptimizerKind::adam, [](RowCase& c) { c.h.max_norm = 1.0f; }),
      with("adam, group and radial max-norm", OptimizerKind::adam, everything),
      with("adam, everything exact", OptimizerKind::adam,
           [&](RowCase& c) {
             everything(c);
             c.modes.max_norm = rules::MaxNormMode::exact;
             c.modes.non_negative = true;
           }),
      with("adagrad, group and exact max-norm", OptimizerKind::adagrad,
           [](RowCase& c) {
             c.modes.max_norm = rules::MaxNormMode::exact;
             c.h.group_lasso = 1.0f;
             c.h.max_norm = 1.0f;
           }),
      with("rmsprop, everything", OptimizerKind::rmsprop, everything),
  };
}

/// Elements of a row of given norm shrink with its length, and so must the steps.
inline rules::Hyperparameters with_length(rules::Hyperparameters h, std::int64_t length) {
  h.learning_rate /= std::sqrt(static_cast<float>(length));
  return h;
}

/// How a matrix lies in memory: elements beyond each row, and misalignment.
struct RowLayout {
  std::string name;
  std::int64_t padding = 0;
  Offsets offsets;
};

inline std::vector<RowLayout> row_layouts() {
  return {{"dense", 0, {}},        // quads where the row length allows
          {"padded by 4", 4, {}},  // likewise
          {"padded by 3, misaligned alike", 3, {1, 1, 1, 1}},
          {"gradient misaligned", 0, {0, 2, 0, 0}},
          {"mask misaligned", 0, {0, 0, 0, 1}}};
}

constexpr int kRowKinds = 7;

/// The values of one incoming vector; `kind` chooses what is special about it.
inline std::vector<float> make_row(std::size_t length, std::int64_t kind, RandomFloats& random) {
  const float unit = std::sqrt(3.0f / static_cast<float>(length));  // gives a norm of about 1
  switch (kind % kRowKinds) {
    case 0:  // outside the ball
      return random.uniform(length, 3.0f * unit);
    case 1:
      return std::vector<float>(length, 0.0f);
    case 2: {
      std::vector<float> row = random.uniform(length, 3.0f * unit);
      row[length / 2] = std::numeric_limits<float>::quiet_NaN();
      return row;
    }
    case 3:  // inside
      return random.uniform(length, 0.3f * unit);
    case 4:  // its squares overflow a float
      return random.uniform(length, 1e30f);
    case 5: {
      std::vector<float> row = random.uniform(length, 3.0f * unit);
      row[length - 1] = -std::numeric_limits<float>::infinity();
      return row;
    }
    default:  // its squares underflow a float
      return random.uniform(length, 1e-30f);
  }
}

/// `count` incoming vectors of `length` elements. What pads the storage is NaN, which shows
/// whenever it is read.
inline HostTensor make_rows(const RowCase& row_case, kernels::Incoming incoming,
                            std::int64_t length, std::int64_t count, std::int64_t padding,
                            RandomFloats& random) {
  const bool row = incoming == kernels::Incoming::row;
  HostTensor tensor;
  tensor.rows = row ? count : length;
  tensor.columns = row ? length : count;
  tensor.leading_dimension = tensor.columns + padding;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  tensor.weight.assign(tensor.size(), nan);
  tensor.gradient.assign(tensor.size(), nan);
  const int states = kernels::state_count(kernels::update_kind(row_case.modes));
  for (int s = 0; s < states; ++s) {
    tensor.state[static_cast<std::size_t>(s)].assign(tensor.size(), nan);
  }
  if (row_case.masked) tensor.mask = random.mask(tensor.size());
  for (std::int64_t neuron = 0; neuron < count; ++neuron) {
    const std::vector<std::size_t> at = incoming_elements(tensor, incoming, neuron);
    const std::vector<float> weight = make_row(at.size(), neuron, random);
    for (std::size_t k = 0; k < at.size(); ++k) {
      tensor.weight[at[k]] = weight[k];
      tensor.gradient[at[k]] = random.uniform();
      if (states > 0) tensor.state[0][at[k]] = random.uniform();
      if (states > 1) tensor.state[1][at[k]] = random.uniform();
      if (rules::has_metric(row_case.modes.optimizer)) {
        float& squares = tensor.state[states > 1 ? 1 : 0][at[k]];
        squares = std::fabs(squares);
      }
    }
  }
  return tensor;
}

/// The kernel of `tier` against the serial step: every case at every length (under a sanitizer one
/// in three), the layouts in turn.
inline void expect_kernel_equals_serial_step(kernels::Incoming incoming, kernels::Tier tier,
                                             const std::vector<std::int64_t>& lengths) {
  // Every kind of row, and more than one block where rows share one.
  const std::int64_t count = std::max(kRowKinds, kernels::items_per_block(tier) + 1);
  const std::vector<RowCase> cases = row_cases();
  const std::vector<RowLayout> layouts = row_layouts();
  RandomFloats random(1);
  kernels::RowStatistics total{};
  std::size_t turn = 0;
  for (const std::int64_t length : lengths) {
    for (const RowCase& row_case : cases) {
      ++turn;
      if (turn % test_size(1, 3) != 0) continue;
      const RowLayout& layout = layouts[turn % layouts.size()];
      SCOPED_TRACE(row_case.name + ", length " + std::to_string(length) + ", " + layout.name);
      const kernels::UpdateKind kind = kernels::update_kind(row_case.modes);
      const rules::Coefficients coefficients =
          third_step(row_case.modes, with_length(row_case.h, length));
      HostTensor actual = make_rows(row_case, incoming, length, count, layout.padding, random);
      HostTensor expected = actual;
      const kernels::RowStatistics wanted = serial_rows(kind, coefficients, expected, incoming);
      const kernels::RowStatistics counted = device_step(
          kind, tier, coefficients, cut_into_items(tier, count), layout.offsets, actual);
      expect_same_arrays(actual, expected);
      EXPECT_EQ(counted.clamped_rows, wanted.clamped_rows);
      EXPECT_EQ(counted.non_finite_rows, wanted.non_finite_rows);
      if (::testing::Test::HasFailure()) return;
      total.clamped_rows += counted.clamped_rows;
      total.non_finite_rows += counted.non_finite_rows;
    }
  }
  EXPECT_GT(total.clamped_rows, 0u);
  EXPECT_GT(total.non_finite_rows, 0u);
}

}  // namespace curb::testing
