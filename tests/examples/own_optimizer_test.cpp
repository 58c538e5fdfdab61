// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// examples/own_optimizer.cu as it is, its main aside, by whatever stands for the device here.
#include <gtest/gtest.h>

#define main own_optimizer_main
#include "examples/own_optimizer.cu"
#undef main

namespace {

TEST(OwnOptimizerExample, StepsAsOnTheHostAndHoldsMaxNorm) { EXPECT_EQ(own_optimizer_main(), 0); }

}  // namespace
