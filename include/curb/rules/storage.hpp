// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// How a value is stored where it is not stored in fp32. All arithmetic is in fp32: these functions
// stand where a value is loaded and where it is stored, and give the same bits everywhere.
//
// bfloat16 is the upper half of an fp32 value: 1 bit of sign, 8 of exponent, 7 of fraction.
#pragma once

#include <cstdint>
#include <cstring>
#include <curb/rules/numeric.hpp>

namespace curb::rules {

enum class DataType : std::uint8_t { float32, bfloat16, float16 };

/// What holds a weight between the steps.
enum class Storage : std::uint8_t {
  float32,
  bfloat16_master,  ///< fp32, which is stepped, and a bfloat16 copy of it, which the network reads
  bfloat16_remainder,   ///< fp32 in two halves: a rounded bfloat16 and the 16 bits that restore it
  bfloat16_stochastic,  ///< bfloat16 alone, rounded up or down at random, without bias
};

CURB_HOST_DEVICE std::uint32_t bits_of(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

CURB_HOST_DEVICE float from_bits(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Exact.
CURB_HOST_DEVICE float from_bfloat16(std::uint16_t stored) {
  return from_bits(std::uint32_t{stored} << 16);
}

/// Exact, for subnormals, infinities and NaN too. No operand is subnormal in fp32, so that a
/// processor set to flush subnormals gives the same.
CURB_HOST_DEVICE float from_float16(std::uint16_t stored) {
  constexpr std::uint32_t kLargestExponent = 0x7c00u << 13;
  constexpr std::uint32_t kRebias = (127u - 15u) << 23;
  const std::uint32_t sign = (stored & 0x8000u) << 16;
  const std::uint32_t shifted = (stored & 0x7fffu) << 13;
  const std::uint32_t exponent = shifted & kLargestExponent;
  const std::uint32_t normal = shifted + kRebias;
  const std::uint32_t special = normal + kRebias;  // infinity and NaN
  const std::int32_t units = stored & 0x03ff;      // of 2^-24, if it is subnormal
  const std::uint32_t subnormal = bits_of(mul(static_cast<float>(units), 0x1p-24f));
  const std::uint32_t magnitude =
      exponent == 0u ? subnormal : (exponent == kLargestExponent ? special : normal);
  return from_bits(sign | magnitude);
}

/// A stored 16-bit value of `type`, which is not float32.
CURB_HOST_DEVICE float from_16_bits(DataType type, std::uint16_t stored) {
  return type == DataType::float16 ? from_float16(stored) : from_bfloat16(stored);
}

namespace detail {

/// NaN in all its forms; its payload may lie in the half that is cut off, and rounding could carry
/// it into infinity or, from 7fffffff, which is CUDA's own NaN, into -0.
CURB_HOST_DEVICE bool is_nan_bits(std::uint32_t bits) { return (bits & 0x7fffffffu) > 0x7f800000u; }

/// One pattern for every NaN, since processors differ in the sign and the payload of theirs.
inline constexpr std::uint16_t kBfloat16Nan = 0x7fc0;

}  // namespace detail

/// The nearest bfloat16, ties to even; NaN stays NaN.
CURB_HOST_DEVICE std::uint16_t to_bfloat16(float value) {
  const std::uint32_t bits = bits_of(value);
  const std::uint32_t rounded = (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
  return detail::is_nan_bits(bits) ? detail::kBfloat16Nan : static_cast<std::uint16_t>(rounded);
}

/// One of the two neighbouring bfloat16 values, the farther from zero if `random` < the part of
/// `value` that is cut off: for `random` uniform in [0, 2^16) the expectation is `value` itself.
/// A bfloat16 value stays as it is, and so does NaN.
CURB_HOST_DEVICE std::uint16_t to_bfloat16_stochastic(float value, std::uint16_t random) {
  const std::uint32_t bits = bits_of(value);
  const std::uint32_t rounded = (bits + random) >> 16;
  return detail::is_nan_bits(bits) ? detail::kBfloat16Nan : static_cast<std::uint16_t>(rounded);
}

/// An fp32 value as a bfloat16 that rounds it, for the network to read, and its own lower half.
struct SplitFloat {
  std::uint16_t bfloat16;
  std::uint16_t remainder;
};

/// Rounds halves up in magnitude, so that the remainder alone tells whether it was rounded up. The
/// pair of a NaN is a NaN in its visible half and joins to a NaN.
CURB_HOST_DEVICE SplitFloat split(float value) {
  const std::uint32_t bits = bits_of(value);
  if (detail::is_nan_bits(bits)) return {detail::kBfloat16Nan, 0};
  return {static_cast<std::uint16_t>((bits + 0x8000u) >> 16), static_cast<std::uint16_t>(bits)};
}

/// The value that was split, bit for bit (of a NaN: a NaN).
CURB_HOST_DEVICE float join(SplitFloat halves) {
  const std::uint32_t upper = std::uint32_t{halves.bfloat16} - (halves.remainder >> 15);
  return from_bits(upper << 16 | halves.remainder);
}

}  // namespace curb::rules
