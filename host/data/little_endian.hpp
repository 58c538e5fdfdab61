// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Numbers as little-endian files hold them, whatever this machine's own order is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace curb::data {

// The first `bytes` bytes of `text` (at most 8, and no more than there are) as a whole number.
inline std::uint64_t little_endian(std::string_view text, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(text[i]);
  return value;
}

}  // namespace curb::data
