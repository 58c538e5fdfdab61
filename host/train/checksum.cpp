// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/train/checksum.hpp"

#include <zlib.h>

#include "host/data/error.hpp"
#include "host/data/message.hpp"

namespace curb::train {

std::uint32_t add_to_checksum(std::uint32_t checksum, const void* bytes, std::size_t count) {
  if (count == 0) return checksum;  // of a null pointer zlib makes a new beginning
  return static_cast<std::uint32_t>(
      ::crc32_z(checksum, static_cast<const unsigned char*>(bytes), count));
}

std::string hexadecimal(std::uint32_t checksum) {
  std::string text(kNoChecksum);
  for (std::size_t i = text.size(); i-- > 0; checksum >>= 4) {
    text[i] = "0123456789abcdef"[checksum & 15];
  }
  return text;
}

void require_checksum(const std::string& path, std::uint32_t found, const std::string& stated) {
  if (hexadecimal(found) == stated) return;
  throw data::DataError(path + ": damaged or cut short: its checksum is " + hexadecimal(found) +
                        ", and it should be " + data::in_quotes(stated));
}

}  // namespace curb::train
