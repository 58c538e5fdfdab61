// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// An update of one's own around a rule of curb: sign descent (the step has the gradient's sign and
// not its size) with proximal L1. The same function serves a loop on the host (own_loop.cpp) and a
// kernel (own_kernel.cu), with the same bits.
#pragma once

#include <curb/rules/gradient.hpp>
#include <curb/rules/soft_threshold.hpp>

CURB_HOST_DEVICE float penalised_step(float w, float g, float learning_rate, float l1) {
  namespace rules = curb::rules;
  const float stepped = rules::fma(-learning_rate, rules::sign(g), w);
  return rules::soft_threshold(stepped, rules::mul(learning_rate, l1));
}
