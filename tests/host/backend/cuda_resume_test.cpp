// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Runs on CUDA that are killed and go on, each time with a back end of their own: to the same bits.
// What is asserted of their files is in expect_kills_change_no_bit of killed_training.hpp.
#include <gtest/gtest.h>

#include "tests/host/backend/backends.hpp"
#include "tests/host/train/killed_training.hpp"

namespace curb::testing {
namespace {

class ResumeTest : public BackendTest {
 protected:
  void expect_kills_change_no_bit(std::size_t training, int kills) {
    on.reset();
    testing::expect_kills_change_no_bit(killed_trainings()[training].settings, kills,
                                        [this] { return GetParam().make(why); });
  }
};

TEST_P(ResumeTest, TwentyKillsChangeNoBitOfMomentum) { expect_kills_change_no_bit(0, 20); }

TEST_P(ResumeTest, TwentyKillsChangeNoBitOfAdam) { expect_kills_change_no_bit(1, 20); }

CURB_ON_EVERY_BACKEND(ResumeTest);

}  // namespace
}  // namespace curb::testing
