// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Elementary functions in fp32 without branches or tables, so that g++ vectorises loops over them,
// which it does not do with those of libm. Each is within a few units in the last place; NaN passes
// through. Polynomials are near-minimax, fitted by Chebyshev interpolation in 40 digits.
#pragma once

#include <bit>
#include <cstdint>
#include <curb/rules/numeric.hpp>

namespace curb::backend {

/// A polynomial in x, highest coefficient first. No loop, which would keep the caller's loop from
/// being vectorised.
template <class... Coefficients>
CURB_HOST_DEVICE float polynomial(float x, float highest, Coefficients... others) {
  float sum = highest;
  ((sum = rules::fma(sum, x, others)), ...);
  return sum;
}

/// 2^n for n in [-126, 127].
CURB_HOST_DEVICE float power_of_two(std::int32_t n) {
  return std::bit_cast<float>((n + 127) << 23);
}

/// e^x = 2^n e^r with |r| <= ln(2) / 2. Overflows to infinity, and is zero below e^-87: what would
/// be a subnormal number costs a hundred times as much, and saturated units are common.
CURB_HOST_DEVICE float exponential(float x) {
  constexpr float kLog2E = 1.44269504f;
  constexpr float kLn2High = 0x1.62ep-1f;  // few bits, so that n kLn2High is exact
  constexpr float kLn2Low = 3.19461850e-5f;
  constexpr float kToInteger = 0x1.8p23f;  // adding it leaves the nearest integer in the low bits
  constexpr float kLowest = -87.0f;
  const bool vanishes = x < kLowest;
  x = vanishes ? kLowest : x;
  x = x > 89.0f ? 89.0f : x;
  const float shifted = rules::fma(x, kLog2E, kToInteger);
  const float n = shifted - kToInteger;
  const float r = rules::fma(n, -kLn2Low, rules::fma(n, -kLn2High, x));
  const float e =
      rules::fma(r * r,
                 polynomial(r, 0.00139276846f, 0.00836438069f, 0.0416665454f, 0.166665696f, 0.5f),
                 r) +
      1.0f;
  // In two factors, since 2^128 is no number while the product may be one.
  const std::int32_t exponent =
      std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(kToInteger);
  const std::int32_t half = exponent >> 1;
  return vanishes ? 0.0f : e * power_of_two(half) * power_of_two(exponent - half);
}

/// Natural logarithm of a normal, positive number.
CURB_HOST_DEVICE float logarithm(float x) {
  constexpr float kLn2 = 0.693147181f;
  // The mantissa is brought to [sqrt(1/2), sqrt(2)), where the polynomial holds.
  constexpr std::uint32_t kSqrtHalf = 0x3F3504F3u;
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(x) - kSqrtHalf;
  const auto exponent = static_cast<float>(static_cast<std::int32_t>(bits) >> 23);
  const float f = std::bit_cast<float>((bits & 0x007FFFFFu) + kSqrtHalf) - 1.0f;
  const float series =
      rules::fma(f * f * f,
                 polynomial(f, -0.0791176113f, 0.126365350f, -0.130012549f, 0.142130940f,
                            -0.166409399f, 0.200010785f, -0.250003126f, 0.333333306f),
                 -0.5f * f * f);
  return rules::fma(exponent, kLn2, f + series);
}

CURB_HOST_DEVICE float sigmoid(float x) { return 1.0f / (1.0f + exponential(-x)); }

CURB_HOST_DEVICE float hyperbolic_tangent(float x) {
  const float magnitude = x < 0.0f ? -x : x;
  const float s = x * x;
  const float near_zero = rules::fma(
      x * s,
      polynomial(s, -0.00604516510f, 0.0209613291f, -0.0538432632f, 0.133327188f, -0.333333284f),
      x);
  const float far = 1.0f - 2.0f / (exponential(2.0f * magnitude) + 1.0f);
  return magnitude < 0.625f ? near_zero : (x < 0.0f ? -far : far);
}

/// The normal distribution function and its density. The lower tail is e^(-x^2/2) R(|x|), where R
/// (Mills' ratio) is smooth in 1 / (1 + 0.3 |x|): its relative accuracy holds into the tail.
struct Normal {
  float cumulative;
  float density;
};
CURB_HOST_DEVICE Normal normal(float x) {
  constexpr float kInverseSqrtTwoPi = 0.398942280f;
  const float magnitude = x < 0.0f ? -x : x;
  const float t = 1.0f / rules::fma(0.3f, magnitude, 1.0f);
  const float e = exponential(-0.5f * x * x);
  const float tail =
      e * t *
      polynomial(t, -0.0209846694f, 0.114402112f, -0.232835483f, 0.197921644f, -0.0844812825f,
                 0.0988308413f, 0.0774857706f, 0.110423197f, 0.119550118f, 0.119687750f);
  return {x < 0.0f ? tail : 1.0f - tail, e * kInverseSqrtTwoPi};
}

/// sin and cos of 2 pi x for x in [0, 1]. Taking off quarters of a turn is exact.
struct SineCosine {
  float sine;
  float cosine;
};
CURB_HOST_DEVICE SineCosine sine_cosine_of_turns(float x) {
  const auto quarter = static_cast<std::int32_t>(rules::fma(4.0f, x, 0.5f));
  const float r = rules::fma(static_cast<float>(quarter), -0.25f, x);
  const float s = r * r;
  const float sine = r * polynomial(s, -75.4016127f, 81.5925429f, -41.3416626f, 6.28318529f);
  const float cosine =
      rules::fma(s, polynomial(s, 59.4241060f, -85.4488201f, 64.9393691f, -19.7392088f), 1.0f);
  const bool odd = (quarter & 1) != 0;
  const float a = odd ? cosine : sine;
  const float b = odd ? sine : cosine;
  return {(quarter & 2) != 0 ? -a : a, ((quarter + 1) & 2) != 0 ? -b : b};
}

}  // namespace curb::backend
