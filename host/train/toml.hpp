// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Single values as TOML writes them. (A library's tables would forget the order of the keys.)
#pragma once

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace curb::train::toml {

/// A basic string: quoted, with what TOML forbids in one escaped. `text` must be UTF-8.
inline std::string value(std::string_view text) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += {'\\', c};
    } else if (byte < 0x20 || byte == 0x7f) {
      quoted += {'\\', 'u', '0', '0', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

/// The shortest text that reads back as the same number; a whole number becomes a TOML integer.
template <class Number>
requires(std::integral<Number> || std::floating_point<Number>) &&
    (!std::same_as<Number, bool>)std::string value(Number number) {
  if constexpr (std::floating_point<Number>) {
    if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  }
  char buffer[64];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr};
}

inline std::string value(bool choice) { return choice ? "true" : "false"; }

template <class Number>
std::string value(const std::vector<Number>& numbers) {
  std::string list;
  for (const Number number : numbers) list += (list.empty() ? "" : ", ") + value(number);
  return "[" + list + "]";
}

}  // namespace curb::train::toml
