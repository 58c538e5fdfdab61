// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What becomes of an element under the two kinds of noise that regularise a network.
#pragma once

#include <cstdint>
#include <curb/rules/elementary.hpp>
#include <curb/rules/numeric.hpp>
#include <curb/rules/philox.hpp>

namespace curb::rules {

/// Inverted dropout (Srivastava et al. 2014): x / (1 - probability) for elements that are kept, 0
/// for those that are dropped, each with `probability` in [0, 1). `word` is the element's own.
class Dropout {
 public:
  CURB_HOST_DEVICE explicit Dropout(float probability)
      : dropped_below_(static_cast<std::uint32_t>(mul(static_cast<double>(probability), 0x1p32))),
        scale_(div(1.0f, add(1.0f, -probability))) {}

  CURB_HOST_DEVICE float operator()(std::uint32_t word, float x) const {
    return word < dropped_below_ ? 0.0f : mul(x, scale_);
  }

 private:
  std::uint32_t dropped_below_;
  float scale_;
};

/// Two words into two independent normal numbers (Box and Muller 1958), at most 5.8 from zero.
CURB_HOST_DEVICE void box_muller(std::uint32_t word0, std::uint32_t word1, float& normal0,
                                 float& normal1) {
  const float radius = square_root(mul(-2.0f, logarithm(uniform(word0))));
  const SineCosine angle = sine_cosine_of_turns(uniform(word1));
  normal0 = mul(radius, angle.cosine);
  normal1 = mul(radius, angle.sine);
}

}  // namespace curb::rules
