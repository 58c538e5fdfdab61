// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The fused element-wise kernels against a plain loop over the rules on the host, bit for bit: that
// is what expect_same_arrays of expect.hpp asserts.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <curb/rules/effective_step.hpp>
#include <string>
#include <vector>

#include "kernels/update.hpp"
#include "tests/kernels/combinations.hpp"
#include "tests/kernels/device_step.hpp"
#include "tests/kernels/expect.hpp"
#include "tests/kernels/serial_step.hpp"
#include "tests/kernels/values.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

using kernels::Tier;

void expect_kernel_equals_loop(const Combination& combination, std::size_t n,
                               const Offsets& offsets, RandomFloats& random) {
  const kernels::UpdateKind kind = kernels::update_kind(combination.modes);
  const rules::Coefficients coefficients = third_step(combination.modes, combination.h);
  HostTensor actual = random_tensor(combination, n, random);
  HostTensor expected = actual;
  serial_elements(kind, coefficients, expected, 0, n);
  device_step(kind, Tier::elements, coefficients,
              cut_into_items(Tier::elements, static_cast<std::int64_t>(n)), offsets, actual);
  expect_same_arrays(actual, expected);
}

TEST(UpdateElements, EqualTheLoopInEveryCombination) {
  const std::vector<Combination> combinations = all_combinations();
  ASSERT_FALSE(combinations.empty());
  const std::size_t each = test_size(1'000'000, 20'000) / combinations.size() + 1;
  on_every_order([&] {
    RandomFloats random(1);
    for (const Combination& combination : combinations) {
      SCOPED_TRACE(describe(combination));
      expect_kernel_equals_loop(combination, each, {}, random);
      if (::testing::Test::HasFailure()) return;
    }
  });
}

void expect_equality_at_every_tail_and_offset(const Combination& combination) {
  on_every_order([&] {
    RandomFloats random(2);
    for (std::size_t n = 0; n <= 70; ++n) {
      for (std::size_t offset = 0; offset < 8; ++offset) {
        SCOPED_TRACE(std::to_string(n) + " elements at offset " + std::to_string(offset));
        const std::size_t other = (offset + 1 + n % 3) % 8;
        const Offsets alike{offset, offset, offset, other};
        const Offsets gradient_differs{offset, other, offset, offset};
        const Offsets state_differs{offset, offset, other, offset};
        for (const Offsets& offsets : {alike, gradient_differs, state_differs}) {
          expect_kernel_equals_loop(combination, n, offsets, random);
        }
      }
    }
  });
}

TEST(UpdateElements, EqualTheLoopAtEveryTailAndOffsetForSgd) {
  expect_equality_at_every_tail_and_offset(every_stage(OptimizerKind::sgd));
}
TEST(UpdateElements, EqualTheLoopAtEveryTailAndOffsetForCumulativeSgd) {
  expect_equality_at_every_tail_and_offset(every_stage(OptimizerKind::sgd, L1Mode::cumulative));
}
TEST(UpdateElements, EqualTheLoopAtEveryTailAndOffsetForMomentum) {
  expect_equality_at_every_tail_and_offset(every_stage(OptimizerKind::momentum));
}
TEST(UpdateElements, EqualTheLoopAtEveryTailAndOffsetForAdam) {
  expect_equality_at_every_tail_and_offset(every_stage(OptimizerKind::adam));
}

TEST(UpdateElements, EqualTheLoopAtEveryTailAndOffsetForAdagrad) {
  expect_equality_at_every_tail_and_offset(every_stage(OptimizerKind::adagrad));
}

TEST(UpdateElements, TouchOnlyTheElementsOfTheirItems) {
  on_every_order([] {
    RandomFloats random(3);
    const Combination combination = every_stage(OptimizerKind::momentum);
    const rules::Coefficients coefficients = third_step(combination.modes, combination.h);
    // Three rows of a matrix whose leading dimension is beyond its columns: a run for each row,
    // and one that begins in the middle.
    HostTensor actual = random_tensor(combination, 3 * 50, random);
    actual.rows = 3;
    actual.columns = 37;
    actual.leading_dimension = 50;
    HostTensor expected = actual;
    const std::vector<kernels::WorkItem> items = {{0, 37, 0}, {50, 37, 0}, {111, 26, 0}};
    for (const kernels::WorkItem& item : items) {
      serial_elements(kernels::UpdateKind::momentum, coefficients, expected,
                      static_cast<std::size_t>(item.first), static_cast<std::size_t>(item.count));
    }
    device_step(kernels::UpdateKind::momentum, Tier::elements, coefficients, items, {}, actual);
    expect_same_arrays(actual, expected);
  });
}

}  // namespace
}  // namespace curb::testing
