// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Plans and threads: one plan from two at once is refused and stays whole; error texts are each
// thread's own.
#include <atomic>
#include <chrono>
#include <thread>

#include "tests/host/capi/layer.hpp"

namespace curb::testing {
namespace {

TEST(CApiThreads, APlanInUseRefusesAndLosesNoStep) {
  Layer layer(256, 1024);  // a step long enough to be met
  PlanHandle plan;
  ASSERT_CURB_OK(curb_plan_create(plan, &layer.options));
  ASSERT_CURB_OK(layer.bind(plan));

  std::atomic<bool> met{false};
  std::atomic<int> steps{0};
  std::atomic<int> unexpected{0};
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  const auto work = [&] {
    while (!met && std::chrono::steady_clock::now() < give_up) {
      const curb_status status = curb_plan_step(plan, nullptr);
      if (status == CURB_OK) {
        ++steps;
      } else if (status == CURB_BUSY) {
        met = true;
      } else {
        ++unexpected;
      }
    }
  };
  std::thread other(work);
  work();
  other.join();
  EXPECT_TRUE(met) << "the two never met";
  EXPECT_EQ(unexpected, 0);

  curb_group_state state;
  curb_group_state_init(&state, sizeof state);
  ASSERT_CURB_OK(curb_plan_export_state(plan, &state, 1, nullptr));
  EXPECT_EQ(state.step, static_cast<uint64_t>(steps));
}

TEST(CApiThreads, DifferentPlansDoNotMeet) {
  Layer first;
  Layer second;
  PlanHandle plans[2];
  ASSERT_CURB_OK(curb_plan_create(plans[0], &first.options));
  ASSERT_CURB_OK(curb_plan_create(plans[1], &second.options));
  std::thread other([&] { second.take_steps(plans[1], 1000); });
  first.take_steps(plans[0], 1000);
  other.join();
  EXPECT_EQ(first.weight, second.weight);
}

TEST(CApiThreads, TheErrorTextIsTheThreadsOwn) {
  Layer layer;
  PlanHandle plan;
  EXPECT_EQ(curb_plan_create(plan, nullptr), CURB_INVALID_ARGUMENT);
  std::thread other([] {
    EXPECT_STREQ(curb_error_detail(), "");
    EXPECT_EQ(curb_plan_step(nullptr, nullptr), CURB_INVALID_PLAN);
    EXPECT_STREQ(curb_error_detail(), "plan: is null");
  });
  other.join();
  EXPECT_STREQ(curb_error_detail(), "options: is null");
}

}  // namespace
}  // namespace curb::testing
