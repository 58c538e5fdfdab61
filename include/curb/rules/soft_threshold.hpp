// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Element-wise proximal maps and constraints, in the order in which a step applies them.
#pragma once

#include <curb/rules/numeric.hpp>

namespace curb::rules {

/// A fixed sparsity pattern: a dropped weight is +0 whatever its value was, NaN included.
CURB_HOST_DEVICE float masked(float v, bool keep) { return keep ? v : 0.0f; }

/// prox of t |v|, t >= 0 (Donoho 1995): v - t, 0 or v + t. Written as v less its projection on
/// [-t, t] (Moreau 1965): NaN passes through, a shrunk value is +0 (so is -0 itself, at any t), and
/// compilers make three vector instructions of it. t = infinity gives +0 for every finite v and NaN
/// for an infinite one. The common sign(v) * max(|v| - t, 0) turns NaN into 0, so that divergence
/// looks like sparsity.
CURB_HOST_DEVICE float soft_threshold(float v, float t) {
  const float from_below = v < -t ? -t : v;
  return sub(v, from_below > t ? t : from_below);
}

/// Projection on [lower, infinity). NaN passes through, and -0 becomes +0 at lower = 0, so that
/// a zero has one bit pattern.
CURB_HOST_DEVICE float at_least(float v, float lower) { return v <= lower ? lower : v; }

/// Cumulative L1 with clipping at zero (Tsuruoka, Tsujii and Ananiadou 2009, eq. 6 to 8).
/// `total` is the penalty every weight could have received so far, `received` what this weight did
/// receive (its signed sum), which is updated.
CURB_HOST_DEVICE float cumulative_l1(float v, float total, float& received) {
  const float down = add(v, -add(total, received));
  const float up = add(v, add(total, -received));
  const float clipped = v > 0.0f ? (down < 0.0f ? 0.0f : down) : (up > 0.0f ? 0.0f : up);
  const float w = v > 0.0f || v < 0.0f ? clipped : v;
  received = add(received, add(w, -v));
  return w;
}

}  // namespace curb::rules
