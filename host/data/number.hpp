// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Numbers from text, independent of the locale.
#pragma once

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

namespace curb::data {

// The whole of `text` as a decimal number, with one optional sign: "3", "-0.5", "+1e-3", "nan",
// "inf". Nothing for other text, surrounding blanks included, and for what double cannot hold.
inline std::optional<double> parse_number(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  double value = 0.0;
  const char* const end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || parsed != end) return std::nullopt;
  return value;
}

// Whether `value` is a whole number that double can tell from its neighbours: not past 2^53.
inline bool is_whole(double value) {
  return std::fabs(value) <= 0x1p53 && value == std::trunc(value);
}

// `text` as a whole number: "7", "7.0" and "7e0" alike. Nothing for fractions, other text, and
// values past 2^53, where neighbouring integers are one double.
inline std::optional<long long> parse_whole_number(std::string_view text) {
  const std::optional<double> value = parse_number(text);
  if (!value || !is_whole(*value)) return std::nullopt;
  return static_cast<long long>(*value);
}

}  // namespace curb::data
