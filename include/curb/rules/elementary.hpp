// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Elementary functions of activations, losses and noise, without branches or tables: the same bits
// on host and device, which libm and CUDA's own do not promise, and g++ vectorises loops over them,
// which it does not do with those of libm. Those in fp32 are within a few units in the last place,
// with near-minimax polynomials, fitted by Chebyshev interpolation in 40 digits. NaN passes
// through.
#pragma once

#include <cstdint>
#include <cstring>
#include <curb/rules/numeric.hpp>

namespace curb::rules {

/// The value of type To with the bits of `from`, of the same size (C++20 has std::bit_cast).
template <class To, class From>
CURB_HOST_DEVICE To with_bits_of(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

/// A polynomial in x, highest coefficient first. No loop, which would keep the caller's loop from
/// being vectorised.
template <class... Coefficients>
CURB_HOST_DEVICE float polynomial(float x, float highest, Coefficients... others) {
  float sum = highest;
  ((sum = fma(sum, x, others)), ...);
  return sum;
}

/// Added to a number of moderate size, it leaves the nearest integer in the low bits.
inline constexpr float kToInteger = 0x1.8p23f;

/// The integer n of kToInteger + n.
CURB_HOST_DEVICE std::int32_t integer_of(float shifted) {
  return static_cast<std::int32_t>(with_bits_of<std::uint32_t>(shifted) - 0x4B400000u);
}

/// 2^n for n in [-126, 127].
CURB_HOST_DEVICE float power_of_two(std::int32_t n) {
  return with_bits_of<float>((static_cast<std::uint32_t>(n) + 127u) << 23);
}

/// e^x = 2^n e^r with |r| <= ln(2) / 2. Overflows to infinity, and is zero below e^-87: what would
/// be a subnormal number costs a hundred times as much on a CPU, and saturated units are common.
CURB_HOST_DEVICE float exponential(float x) {
  constexpr float kLog2E = 1.44269504f;
  constexpr float kLn2High = 0x1.62ep-1f;  // few bits, so that n kLn2High is exact
  constexpr float kLn2Low = 3.19461850e-5f;
  constexpr float kLowest = -87.0f;
  const bool vanishes = x < kLowest;
  x = vanishes ? kLowest : x;
  x = x > 89.0f ? 89.0f : x;
  const float shifted = fma(x, kLog2E, kToInteger);
  const float n = add(shifted, -kToInteger);
  const float r = fma(n, -kLn2Low, fma(n, -kLn2High, x));
  const float e =
      add(fma(mul(r, r),
              polynomial(r, 0.00139276846f, 0.00836438069f, 0.0416665454f, 0.166665696f, 0.5f), r),
          1.0f);
  // In two factors, since 2^128 is no number while the product may be one.
  const std::int32_t exponent = integer_of(shifted);
  const std::int32_t half = exponent >> 1;
  return vanishes ? 0.0f : mul(mul(e, power_of_two(half)), power_of_two(exponent - half));
}

/// Natural logarithm of a normal, positive number.
CURB_HOST_DEVICE float logarithm(float x) {
  constexpr float kLn2 = 0.693147181f;
  // The mantissa is brought to [sqrt(1/2), sqrt(2)), where the polynomial holds.
  constexpr std::uint32_t kSqrtHalf = 0x3F3504F3u;
  const std::uint32_t bits = with_bits_of<std::uint32_t>(x) - kSqrtHalf;
  const auto exponent = static_cast<float>(static_cast<std::int32_t>(bits) >> 23);
  const float f = add(with_bits_of<float>((bits & 0x007FFFFFu) + kSqrtHalf), -1.0f);
  const float series = fma(mul(mul(f, f), f),
                           polynomial(f, -0.0791176113f, 0.126365350f, -0.130012549f, 0.142130940f,
                                      -0.166409399f, 0.200010785f, -0.250003126f, 0.333333306f),
                           mul(mul(-0.5f, f), f));
  return fma(exponent, kLn2, add(f, series));
}

/// Natural logarithm of a normal, positive number, within 1e-15 of it or of 1; of infinity or NaN
/// itself. By log(m) = 2 artanh(s) = 2 (s + s^3/3 + s^5/5 + ...) with s = (m - 1) / (m + 1).
CURB_HOST_DEVICE double logarithm(double x) {
  constexpr double kLn2 = 0.693147180559945309;
  constexpr std::uint64_t kSqrtHalf = 0x3FE6A09E667F3BCDu;
  const std::uint64_t bits = with_bits_of<std::uint64_t>(x) - kSqrtHalf;
  const auto exponent =
      static_cast<double>(static_cast<std::int32_t>(static_cast<std::int64_t>(bits) >> 52));
  const auto m = with_bits_of<double>((bits & 0x000FFFFFFFFFFFFFu) + kSqrtHalf);
  const double s = div(add(m, -1.0), add(m, 1.0));
  const double square = mul(s, s);  // at most 0.0295, so ten terms leave less than 3e-17
  double series = 1.0 / 19.0;
  series = fma(series, square, 1.0 / 17.0);
  series = fma(series, square, 1.0 / 15.0);
  series = fma(series, square, 1.0 / 13.0);
  series = fma(series, square, 1.0 / 11.0);
  series = fma(series, square, 1.0 / 9.0);
  series = fma(series, square, 1.0 / 7.0);
  series = fma(series, square, 1.0 / 5.0);
  series = fma(series, square, 1.0 / 3.0);
  series = fma(series, square, 1.0);
  const double result = fma(exponent, kLn2, mul(mul(2.0, s), series));
  return x < static_cast<double>(kInfinity) ? result : x;
}

CURB_HOST_DEVICE float sigmoid(float x) { return div(1.0f, add(1.0f, exponential(-x))); }

CURB_HOST_DEVICE float hyperbolic_tangent(float x) {
  const float magnitude = x < 0.0f ? -x : x;
  const float s = mul(x, x);
  const float near_zero = fma(
      mul(x, s),
      polynomial(s, -0.00604516510f, 0.0209613291f, -0.0538432632f, 0.133327188f, -0.333333284f),
      x);
  const float far = add(1.0f, -div(2.0f, add(exponential(mul(2.0f, magnitude)), 1.0f)));
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
  const float t = div(1.0f, fma(0.3f, magnitude, 1.0f));
  const float e = exponential(mul(mul(-0.5f, x), x));
  const float tail =
      mul(mul(e, t),
          polynomial(t, -0.0209846694f, 0.114402112f, -0.232835483f, 0.197921644f, -0.0844812825f,
                     0.0988308413f, 0.0774857706f, 0.110423197f, 0.119550118f, 0.119687750f));
  return {x < 0.0f ? tail : add(1.0f, -tail), mul(e, kInverseSqrtTwoPi)};
}

/// sin and cos of 2 pi x for x in [0, 1]. Taking off quarters of a turn is exact.
struct SineCosine {
  float sine;
  float cosine;
};
CURB_HOST_DEVICE SineCosine sine_cosine_of_turns(float x) {
  const float shifted = fma(4.0f, x, kToInteger);
  const std::int32_t quarter = integer_of(shifted);
  const float r = fma(add(shifted, -kToInteger), -0.25f, x);
  const float s = mul(r, r);
  const float sine = mul(r, polynomial(s, -75.4016127f, 81.5925429f, -41.3416626f, 6.28318529f));
  const float cosine =
      fma(s, polynomial(s, 59.4241060f, -85.4488201f, 64.9393691f, -19.7392088f), 1.0f);
  const bool odd = (quarter & 1) != 0;
  const float a = odd ? cosine : sine;
  const float b = odd ? sine : cosine;
  return {(quarter & 2) != 0 ? -a : a, ((quarter + 1) & 2) != 0 ? -b : b};
}

}  // namespace curb::rules
