// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Makes gzip data, as a user's compressed file holds.
#pragma once

#include <zlib.h>

#include <stdexcept>
#include <string>

namespace curb::testing {

inline std::string gzip(const std::string& contents) {
  z_stream stream{};
  constexpr int kGzipFormat = 15 + 16;  // the widest window, with a gzip header
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipFormat, 8,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflateInit2 failed");
  }
  std::string input = contents;
  std::string result(deflateBound(&stream, static_cast<uLong>(input.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  const int status = deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("deflate failed");
  return result;
}

}  // namespace curb::testing
