// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a plan refuses of its options, of gradients and of the order of calls.
#include <gtest/gtest.h>

#include <vector>

#include "tests/host/plan/refused_plan.hpp"

namespace curb::testing {
namespace {

TEST(CallRefusals, OfAClipNormThatIsNone) {
  Inputs inputs;
  for (const float clip_norm : {0.0f, -1.0f, kNan}) {
    PlanOptions options;
    options.clip_norm = clip_norm;
    expect_words(
        refusal([&] { Plan(Device::cpu(), {inputs.group}, {inputs.tensors[0]}, options); }),
        {"clip_norm must be positive"});
  }
}

TEST(CallRefusals, OfGradientsThatMayNotBeWritten) {
  Inputs inputs;
  PlanOptions options;
  options.zero_gradients = true;
  Plan zeroing(Device::cpu(), {inputs.group}, {inputs.tensors[0]}, options);
  expect_words(refusal([&] { zeroing.bind_gradients({inputs.gradients()[0]}); }),
               {"bind_gradients", "bind_writable_gradients"});
  Plan reading = inputs.plan();
  expect_words(refusal([&] {
                 reading.bind_writable_gradients({nullptr, nullptr});
               }),
               {"bind_writable_gradients", "does not zero"});
}

TEST(CallRefusals, OfAStepBeforeGradients) {
  Inputs inputs;
  Plan plan = inputs.plan();
  expect_words(refusal([&plan] { plan.step(); }), {"step", "gradients"});
}

TEST(CallRefusals, OfGradients) {
  Inputs inputs;
  Plan plan = inputs.plan();
  std::vector<const void*> gradients = inputs.gradients();
  gradients.pop_back();
  expect_words(refusal([&] { plan.bind_gradients(gradients); }),
               {"bind_gradients", "1 gradients", "2 tensors"});
  gradients.push_back(nullptr);
  expect_words(refusal([&] { plan.bind_gradients(gradients); }),
               {"bind_gradients", "tensor 'second'", "null"});
  // A refused binding is none.
  expect_words(refusal([&plan] { plan.step(); }), {"step", "gradients"});
}

}  // namespace
}  // namespace curb::testing
