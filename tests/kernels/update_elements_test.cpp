// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The fused element-wise kernels against a plain loop over the rules on the host, bit for bit.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <curb/rules/effective_step.hpp>
#include <string>
#include <vector>

#include "kernels/update.hpp"
#include "tests/kernels/device_step.hpp"
#include "tests/kernels/serial_step.hpp"
#include "tests/kernels/values.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

using kernels::Tier;
using rules::L1Mode;
using rules::L2Mode;
using rules::OptimizerKind;

struct Combination {
  rules::Modes modes;
  rules::Hyperparameters h;
  bool masked = false;
};

/// Everything that an element-wise step can be asked for, off and on, in every mode.
std::vector<Combination> all_combinations() {
  std::vector<Combination> all;
  for (const OptimizerKind optimizer : {OptimizerKind::sgd, OptimizerKind::momentum,
                                        OptimizerKind::nesterov, OptimizerKind::adam}) {
    for (const L1Mode l1 : {L1Mode::prox, L1Mode::sign, L1Mode::cumulative}) {
      if (l1 == L1Mode::cumulative && optimizer != OptimizerKind::sgd) continue;
      for (const L2Mode l2 : {L2Mode::coupled, L2Mode::prox}) {
        for (unsigned switches = 0; switches < 32; ++switches) {
          const auto on = [&](unsigned bit) { return (switches >> bit & 1u) != 0; };
          Combination c;
          c.modes.optimizer = optimizer;
          c.modes.l1 = l1;
          c.modes.l2 = l2;
          c.modes.non_negative = on(0);
          c.h.learning_rate = 0.1f;
          c.h.l1 = on(1) ? 0.3f : 0.0f;
          c.h.l2 = 0.2f;
          c.h.weight_decay = on(2) ? 0.05f : 0.0f;
          c.h.gradient_scale = on(3) ? 0.75f : 1.0f;
          c.masked = on(4);
          all.push_back(c);
        }
      }
    }
  }
  return all;
}

std::string describe(const Combination& c) {
  return "optimizer " + std::to_string(static_cast<int>(c.modes.optimizer)) + ", l1 mode " +
         std::to_string(static_cast<int>(c.modes.l1)) + ", l2 mode " +
         std::to_string(static_cast<int>(c.modes.l2)) + ", non-negative " +
         std::to_string(c.modes.non_negative) + ", l1 " + std::to_string(c.h.l1) +
         ", weight decay " + std::to_string(c.h.weight_decay) + ", gradient scale " +
         std::to_string(c.h.gradient_scale) + ", masked " + std::to_string(c.masked);
}

/// A vector of n elements with every kind of float in it.
HostTensor random_tensor(const Combination& combination, std::size_t n, RandomFloats& random) {
  HostTensor tensor;
  tensor.rows = 1;
  tensor.columns = static_cast<std::int64_t>(n);
  tensor.leading_dimension = tensor.columns;
  tensor.weight = random.any(n);
  tensor.gradient = random.any(n);
  const int states = kernels::state_count(kernels::update_kind(combination.modes));
  for (int s = 0; s < states; ++s) tensor.state[static_cast<std::size_t>(s)] = random.any(n);
  for (float& second_moment : tensor.state[1]) second_moment = std::fabs(second_moment);
  if (combination.masked) tensor.mask = random.mask(n);
  return tensor;
}

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

Combination every_stage(OptimizerKind optimizer, L1Mode l1 = L1Mode::prox) {
  Combination c;
  c.modes.optimizer = optimizer;
  c.modes.l1 = l1;
  c.modes.l2 = L2Mode::prox;
  c.h.learning_rate = 0.1f;
  c.h.l1 = 0.3f;
  c.h.l2 = 0.2f;
  c.h.weight_decay = 0.05f;
  c.masked = true;
  return c;
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
