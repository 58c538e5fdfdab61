// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The exponential moving average of weights (Polyak and Juditsky 1992 average; Ruppert 1988).
#pragma once

#include <curb/rules/numeric.hpp>

namespace curb::rules {

/// average + gain (w - average), gain = 1 - decay: an average that has arrived at w stays there bit
/// for bit. It has no exact zeros, since it nears a zero weight by a factor at a time.
CURB_HOST_DEVICE float moving_average(float average, float w, float gain) {
  return fma(gain, add(w, -average), average);
}

}  // namespace curb::rules
