// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// CRC-32 (that of zlib), by which files and data are known to be what they were. A file that holds
// its own checksum has kNoChecksum in its place while the checksum is taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace curb::train {

/// The checksum of what `checksum` was taken of, 0 for nothing, with `bytes` behind it.
std::uint32_t add_to_checksum(std::uint32_t checksum, const void* bytes, std::size_t count);

/// Eight digits.
std::string hexadecimal(std::uint32_t checksum);
constexpr std::string_view kNoChecksum = "00000000";

/// Throws data::DataError unless the checksum that was found in `path` is the one stated there.
void require_checksum(const std::string& path, std::uint32_t found, const std::string& stated);

}  // namespace curb::train
