// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The prologue's kernel against rules::advance on the host, bit for bit, over many steps.
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <curb/rules/effective_step.hpp>
#include <string>
#include <vector>

#include "kernels/update.hpp"
#include "tests/kernels/expect.hpp"
#include "tests/kernels/values.hpp"
#include "tests/rules/optimizer_kinds.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

using kernels::GroupRecord;
using rules::Coefficients;
using rules::Hyperparameters;
using rules::OptimizerKind;

/// Every float of it; they stand side by side, before all else.
using CoefficientFloats = std::array<float, offsetof(Coefficients, ema_gain) / sizeof(float) + 1>;

::testing::AssertionResult same_coefficients(const Coefficients& actual,
                                             const Coefficients& expected) {
  CoefficientFloats a;
  CoefficientFloats b;
  std::memcpy(a.data(), &actual, sizeof a);
  std::memcpy(b.data(), &expected, sizeof b);
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!same_bits(a[i], b[i])) {
      return ::testing::AssertionFailure() << "coefficient " << i << " is " << describe_float(a[i])
                                           << ", not " << describe_float(b[i]);
    }
  }
  if (actual.step != expected.step || actual.max_norm_exact != expected.max_norm_exact ||
      actual.skip != expected.skip) {
    return ::testing::AssertionFailure() << "step, max_norm_exact or skip differs";
  }
  return ::testing::AssertionSuccess();
}

/// A group for every combination of modes: more than one block of the prologue's kernel.
std::vector<GroupRecord> every_group() {
  std::vector<GroupRecord> groups;
  for (const OptimizerKind optimizer : kAllOptimizers) {
    for (const rules::L1Mode l1 :
         {rules::L1Mode::prox, rules::L1Mode::sign, rules::L1Mode::cumulative}) {
      for (const rules::L2Mode l2 : {rules::L2Mode::coupled, rules::L2Mode::prox}) {
        for (const rules::MaxNormMode max_norm :
             {rules::MaxNormMode::radial, rules::MaxNormMode::exact}) {
          for (const bool non_negative : {false, true}) {
            GroupRecord group{};
            group.modes = {optimizer, l1, l2, max_norm, non_negative};
            groups.push_back(group);
          }
        }
      }
    }
  }
  return groups;
}

/// Schedules in which everything moves: momentum rises, the l1 penalty begins late, the learning
/// rate decays.
Hyperparameters scheduled(std::size_t step, RandomFloats& random) {
  const float progress = static_cast<float>(step) / 1000.0f;
  Hyperparameters h;
  h.learning_rate = 0.1f / (1.0f + progress);
  h.momentum = 0.5f + 0.49f * progress;
  h.beta1 = 0.9f;
  h.beta2 = 0.999f - 0.01f * progress;
  h.l1 = step < 300 ? 0.0f : 1e-3f * (1.0f + random.uniform());
  h.l2 = 1e-2f * (1.0f + random.uniform());
  h.weight_decay = 0.05f;
  h.group_lasso = 1e-2f * progress;
  h.max_norm = 3.0f - progress;
  h.gradient_scale = 1.0f / (1.0f + static_cast<float>(step % 4));
  h.ema_decay = 0.9f + 0.09f * progress;
  return h;
}

TEST(Prologue, EqualsAdvanceOverAThousandSteps) {
  on_every_order([] {
    RandomFloats random(1);
    std::vector<GroupRecord> expected = every_group();
    const auto count = static_cast<std::uint32_t>(expected.size());
    ASSERT_GT(count, 64u);
    DeviceBuffer<GroupRecord> groups(expected);
    DeviceBuffer<Coefficients> coefficients(2 * expected.size());
    for (std::size_t step = 0; step < 1000; ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      const std::size_t changed = step % expected.size();
      expected[changed].hyperparameters = scheduled(step, random);
      kernels::launch_set_hyperparameters(groups.data() + changed,
                                          expected[changed].hyperparameters, nullptr);
      kernels::launch_prologue(groups.data(), count, coefficients.data(), nullptr);
      const std::vector<Coefficients> actual = coefficients.download();
      for (std::uint32_t g = 0; g < count; ++g) {
        SCOPED_TRACE("group " + std::to_string(g));
        GroupRecord& group = expected[g];
        const Coefficients c = rules::advance(group.modes, group.hyperparameters, group.state);
        EXPECT_TRUE(same_coefficients(actual[2 * g], c));
        EXPECT_TRUE(same_coefficients(actual[2 * g + 1], rules::without_regularisation(c)));
      }
      if (::testing::Test::HasFailure()) return;
    }
    const std::vector<GroupRecord> actual = groups.download();
    for (std::uint32_t g = 0; g < count; ++g) {
      SCOPED_TRACE("group " + std::to_string(g));
      expect_same_state(actual[g].state, expected[g].state);
    }
  });
}

TEST(Prologue, OfNoGroupsLaunchesNothing) {
  on_every_order([] { EXPECT_NO_THROW(kernels::launch_prologue(nullptr, 0, nullptr, nullptr)); });
}

}  // namespace
}  // namespace curb::testing
