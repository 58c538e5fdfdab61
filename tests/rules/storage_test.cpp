// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Every 16-bit value widened, and fp32 values of every kind narrowed, against their definitions.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <curb/rules/storage.hpp>
#include <limits>
#include <random>
#include <vector>

namespace curb::testing {
namespace {

using rules::DataType;

// sign 2^(exponent - bias - fraction bits) (1 + fraction), by the definition of the format.
double value_of(std::uint16_t bits, int fraction_bits, int bias) {
  const int fraction = bits & ((1 << fraction_bits) - 1);
  const int largest = (1 << (15 - fraction_bits)) - 1;
  const int exponent = bits >> fraction_bits & largest;
  const double sign = bits >> 15 != 0 ? -1.0 : 1.0;
  if (exponent == largest) {
    return fraction == 0 ? sign * HUGE_VAL : std::numeric_limits<double>::quiet_NaN();
  }
  const int implicit = exponent == 0 ? 0 : 1 << fraction_bits;
  const int power = (exponent == 0 ? 1 : exponent) - bias - fraction_bits;
  return sign * std::ldexp(static_cast<double>(implicit + fraction), power);
}

template <class Widen>
void expect_exact(int fraction_bits, int bias, const Widen& widen) {
  for (int i = 0; i < 1 << 16; ++i) {
    const auto stored = static_cast<std::uint16_t>(i);
    const double expected = value_of(stored, fraction_bits, bias);
    const double actual = widen(stored);
    ASSERT_EQ(std::isnan(actual), std::isnan(expected)) << i;
    if (std::isnan(expected)) continue;
    ASSERT_EQ(actual, expected) << i;
    ASSERT_EQ(std::signbit(actual), std::signbit(expected)) << i;
  }
}

TEST(Bfloat16, WidensExactly) { expect_exact(7, 127, rules::from_bfloat16); }

TEST(Float16, WidensExactly) { expect_exact(10, 15, rules::from_float16); }

TEST(SixteenBits, AreOfTheTypeThatIsNamed) {
  EXPECT_EQ(rules::from_16_bits(DataType::bfloat16, 0x3f80), 1.0f);
  EXPECT_EQ(rules::from_16_bits(DataType::float16, 0x3c00), 1.0f);
}

// Signed zeros, subnormals, the ends of each range, halves between two bfloat16 values, values
// whose rounding carries into the exponent or into infinity, and NaN in every corner of its
// payload.
const std::vector<std::uint32_t>& special_bits() {
  static const std::vector<std::uint32_t> bits = [] {
    std::vector<std::uint32_t> result;
    for (const std::uint32_t magnitude :
         {0x00000000u, 0x00000001u, 0x00007fffu, 0x00008000u, 0x00008001u, 0x007fffffu, 0x00800000u,
          0x3f800000u, 0x3f807fffu, 0x3f808000u, 0x3f808001u, 0x3f818000u, 0x3fff8000u, 0x3fffffffu,
          0x7f7f0000u, 0x7f7f7fffu, 0x7f7f8000u, 0x7f7fffffu, 0x7f800000u, 0x7f800001u, 0x7f807fffu,
          0x7f808000u, 0x7f80ffffu, 0x7fc00000u, 0x7fffffffu}) {
      result.push_back(magnitude);
      result.push_back(magnitude | 0x80000000u);
    }
    return result;
  }();
  return bits;
}

template <class Check>
void for_special_and_random(int random_values, const Check& check) {
  for (const std::uint32_t bits : special_bits()) check(bits);
  std::mt19937 random(1);
  for (int i = 0; i < random_values && !::testing::Test::HasFatalFailure(); ++i) {
    check(static_cast<std::uint32_t>(random()));
  }
}

// The nearest of the two neighbours, ties to the even one; beyond the largest, as if the format
// went on: IEEE 754's rule.
TEST(Bfloat16, RoundsToTheNearest) {
  for_special_and_random(1'000'000, [](std::uint32_t bits) {
    const float value = rules::from_bits(bits);
    const std::uint16_t rounded = rules::to_bfloat16(value);
    if (std::isnan(value)) {
      ASSERT_TRUE(std::isnan(rules::from_bfloat16(rounded))) << std::hex << bits;
      return;
    }
    if (std::isinf(value)) {
      ASSERT_EQ(rules::from_bfloat16(rounded), value);
      return;
    }
    const auto below = static_cast<std::uint16_t>(bits >> 16);  // towards zero
    const double low = std::fabs(value_of(below, 7, 127));
    const double high = below % 0x8000 == 0x7f7f
                            ? 0x1p128
                            : std::fabs(value_of(static_cast<std::uint16_t>(below + 1), 7, 127));
    const double magnitude = std::fabs(static_cast<double>(value));
    const bool up = high - magnitude < magnitude - low ||
                    (high - magnitude == magnitude - low && below % 2 == 1);
    ASSERT_EQ(rounded, static_cast<std::uint16_t>(below + (up ? 1 : 0))) << std::hex << bits;
  });
}

TEST(Remainder, RebuildsEveryValueExactly) {
  for_special_and_random(10'000'000, [](std::uint32_t bits) {
    const float value = rules::from_bits(bits);
    const rules::SplitFloat halves = rules::split(value);
    const float joined = rules::join(halves);
    if (std::isnan(value)) {
      ASSERT_TRUE(std::isnan(rules::from_bfloat16(halves.bfloat16))) << std::hex << bits;
      ASSERT_TRUE(std::isnan(joined)) << std::hex << bits;
    } else {
      ASSERT_EQ(rules::bits_of(joined), bits) << std::hex << bits;
    }
  });
}

// What the network reads is as near as any bfloat16 value.
TEST(Remainder, ShowsAValueWithinHalfALastPlace) {
  for_special_and_random(1'000'000, [](std::uint32_t bits) {
    const double value = rules::from_bits(bits);
    const double magnitude = std::fabs(value);
    if (!(magnitude >= 0x1p-126 && magnitude < 0x1.ffp127)) return;
    const double shown = rules::from_bfloat16(rules::split(rules::from_bits(bits)).bfloat16);
    ASSERT_LE(std::fabs(shown - value), 0x1p-8 * magnitude) << std::hex << bits;
  });
}

// Over all 2^16 random numbers the mean is the value itself, not only nearly.
TEST(StochasticRounding, IsWithoutBias) {
  std::mt19937 random(2);
  for (int i = 0; i < 60; ++i) {
    const float value = std::ldexp(1.0f + 0x1p-23f * static_cast<float>(random() % (1u << 23)),
                                   static_cast<int>(random() % 40) - 20) *
                        (i % 2 == 0 ? 1.0f : -1.0f);
    const double below =
        rules::from_bfloat16(static_cast<std::uint16_t>(rules::bits_of(value) >> 16));
    double sum = 0.0;  // of the differences from the lower neighbour: at most 2^16 equal ones
    for (int r = 0; r < 1 << 16; ++r) {
      const auto rounded = rules::to_bfloat16_stochastic(value, static_cast<std::uint16_t>(r));
      sum += static_cast<double>(rules::from_bfloat16(rounded)) - below;
    }
    EXPECT_EQ(sum * 0x1p-16, static_cast<double>(value) - below) << value;
  }
}

TEST(StochasticRounding, LeavesBfloat16AndNanAndInfinity) {
  for (int i = 0; i < 1 << 16; ++i) {
    const auto stored = static_cast<std::uint16_t>(i);
    const float value = rules::from_bfloat16(stored);
    for (const std::uint16_t random : std::array<std::uint16_t, 4>{0, 1, 0x8000, 0xffff}) {
      const std::uint16_t rounded = rules::to_bfloat16_stochastic(value, random);
      if (std::isnan(value)) {
        ASSERT_TRUE(std::isnan(rules::from_bfloat16(rounded))) << i;
      } else {
        ASSERT_EQ(rounded, stored) << i;
      }
    }
  }
  for (const std::uint32_t nan : {0x7f800001u, 0x7fffffffu, 0xff80ffffu, 0xffffffffu}) {
    const std::uint16_t rounded = rules::to_bfloat16_stochastic(rules::from_bits(nan), 0xffff);
    EXPECT_TRUE(std::isnan(rules::from_bfloat16(rounded)));
  }
}

}  // namespace
}  // namespace curb::testing
