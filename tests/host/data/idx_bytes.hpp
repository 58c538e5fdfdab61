// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Makes the bytes of IDX files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace curb::testing {

inline std::string idx_bytes(const std::vector<std::uint32_t>& dimensions,
                             const std::vector<std::uint8_t>& values, std::uint8_t type = 0x08) {
  std::string bytes = {0, 0, static_cast<char>(type), static_cast<char>(dimensions.size())};
  for (const std::uint32_t dimension : dimensions) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes += static_cast<char>(dimension >> shift & 0xff);
    }
  }
  bytes.append(values.begin(), values.end());
  return bytes;
}

}  // namespace curb::testing
