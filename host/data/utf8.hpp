// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Is it text?
#pragma once

#include <cstddef>
#include <string_view>

namespace curb::data {

// The offset of the first byte at which `text` stops being UTF-8 (RFC 3629: no overlong forms, no
// surrogates, nothing past U+10FFFF), or std::string_view::npos.
inline std::size_t find_invalid_utf8(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::size_t i = 0;
  while (i < text.size()) {
    const unsigned lead = byte(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = lead < 0xc2   ? 0
                               : lead < 0xe0 ? 2
                               : lead < 0xf0 ? 3
                               : lead < 0xf5 ? 4
                                             : 0;
    if (length == 0 || text.size() - i < length) return i;
    // Only the second byte has a range of its own; it is what rules out the forbidden values.
    const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (byte(i + 1) < low || byte(i + 1) > high) return i;
    for (std::size_t k = 2; k < length; ++k) {
      if ((byte(i + k) & 0xc0) != 0x80) return i;
    }
    i += length;
  }
  return std::string_view::npos;
}

}  // namespace curb::data
