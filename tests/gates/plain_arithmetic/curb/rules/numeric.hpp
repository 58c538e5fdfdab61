// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Stands in for <curb/rules/numeric.hpp> while plain_arithmetic.py compiles the rules: float and
// double become classes that compare, negate and convert, but do not add, multiply or divide. A
// rule that computes with an operator, or by a function of <cmath>, then does not compile.
//
// Every header that the rules include from outside must be included here, before the names change.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#define CURB_HOST_DEVICE inline

namespace curb::rules {

class Float {
 public:
  Float() = default;
  constexpr Float(float value) : value_(value) {}
  template <class T>
  constexpr explicit Float(T value) : value_(static_cast<float>(value)) {}

  constexpr Float operator-() const { return -value_; }
  constexpr explicit operator double() const { return static_cast<double>(value_); }
  constexpr explicit operator int() const { return static_cast<int>(value_); }

  friend constexpr bool operator<(Float a, Float b) { return a.value_ < b.value_; }
  friend constexpr bool operator>(Float a, Float b) { return a.value_ > b.value_; }
  friend constexpr bool operator<=(Float a, Float b) { return a.value_ <= b.value_; }
  friend constexpr bool operator>=(Float a, Float b) { return a.value_ >= b.value_; }
  friend constexpr bool operator==(Float a, Float b) { return a.value_ == b.value_; }
  friend constexpr bool operator!=(Float a, Float b) { return a.value_ != b.value_; }

 private:
  float value_;
};

class Double {
 public:
  Double() = default;
  constexpr Double(double value) : value_(value) {}
  constexpr Double(Float value) : value_(static_cast<double>(value)) {}
  template <class T>
  constexpr explicit Double(T value) : value_(static_cast<double>(value)) {}

  constexpr Double operator-() const { return -value_; }
  constexpr explicit operator float() const { return static_cast<float>(value_); }
  constexpr explicit operator int() const { return static_cast<int>(value_); }
  constexpr explicit operator std::uint32_t() const { return static_cast<std::uint32_t>(value_); }

  friend constexpr bool operator<(Double a, Double b) { return a.value_ < b.value_; }
  friend constexpr bool operator>(Double a, Double b) { return a.value_ > b.value_; }
  friend constexpr bool operator<=(Double a, Double b) { return a.value_ <= b.value_; }
  friend constexpr bool operator>=(Double a, Double b) { return a.value_ >= b.value_; }
  friend constexpr bool operator==(Double a, Double b) { return a.value_ == b.value_; }
  friend constexpr bool operator!=(Double a, Double b) { return a.value_ != b.value_; }

 private:
  double value_;
};

Float add(Float a, Float b);
Float sub(Float a, Float b);
Float mul(Float a, Float b);
Float div(Float a, Float b);
Float fma(Float a, Float b, Float c);
Float square_root(Float a);
Double add(Double a, Double b);
Double mul(Double a, Double b);
Double div(Double a, Double b);
Double fma(Double a, Double b, Double c);
Double square_root(Double a);

inline constexpr Float kInfinity = std::numeric_limits<float>::infinity();

Float magnitude(Float a);
bool is_finite(Double a);
Float round_down(Double a);

}  // namespace curb::rules

#define float ::curb::rules::Float
#define double ::curb::rules::Double
