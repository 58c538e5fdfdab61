// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Whole files into memory through zlib, which passes on what is not compressed.
#include "host/data/file.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "host/data/error.hpp"

namespace curb::data {
namespace {

struct CloseGzFile {
  void operator()(gzFile file) const { gzclose(file); }
};

// Throws zlib's pending error, if any; its message names the file.
void check(gzFile file, std::size_t offset) {
  int code = Z_OK;
  const std::string message = gzerror(file, &code);
  if (code != Z_OK) throw DataError(message + " (after byte " + std::to_string(offset) + ")");
}

}  // namespace

std::string read_file(const std::string& path) {
  errno = 0;
  const std::unique_ptr<gzFile_s, CloseGzFile> file(gzopen(path.c_str(), "rb"));
  if (!file) {
    const int error = errno ? errno : ENOMEM;  // zlib leaves errno alone when memory is short
    throw DataError(path + ": cannot open: " + std::strerror(error));
  }

  constexpr unsigned kChunk = 1u << 20;
  gzbuffer(file.get(), kChunk / 8);
  std::string contents;
  int received = 0;
  do {
    const std::size_t offset = contents.size();
    contents.resize(offset + kChunk);
    received = gzread(file.get(), contents.data() + offset, kChunk);
    contents.resize(offset + static_cast<unsigned>(std::max(received, 0)));
    // A file cut short gives a short count as the true end does: only the error tells them apart.
    check(file.get(), contents.size());
  } while (received == static_cast<int>(kChunk));
  return contents;
}

}  // namespace curb::data
