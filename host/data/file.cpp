// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Files through zlib, which passes on what is not compressed.
#include "host/data/file.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "host/data/error.hpp"

namespace curb::data {
void InputFile::Close::operator()(gzFile_s* file) const { gzclose(file); }

InputFile::InputFile(const std::string& path) {
  errno = 0;
  file_.reset(gzopen(path.c_str(), "rb"));
  if (!file_) {
    const int error = errno ? errno : ENOMEM;  // zlib leaves errno alone when memory is short
    throw DataError(path + ": cannot open: " + std::strerror(error));
  }
  constexpr unsigned kBuffer = 1u << 17;
  gzbuffer(file_.get(), kBuffer);
}

std::size_t InputFile::read(std::span<char> space) {
  const std::size_t received = gzfread(space.data(), 1, space.size(), file_.get());
  bytes_ += received;
  // A file cut short gives a short count as the true end does: only the error tells them apart.
  int code = Z_OK;
  const std::string message = gzerror(file_.get(), &code);  // names the file
  if (code != Z_OK) throw DataError(message + " (after byte " + std::to_string(bytes_) + ")");
  return received;
}

std::string read_file(const std::string& path) {
  constexpr std::size_t kFirst = std::size_t{1} << 16;
  constexpr std::size_t kLargest = std::size_t{1} << 24;
  InputFile file(path);
  std::string contents;
  for (;;) {
    const std::size_t offset = contents.size();
    const std::size_t chunk = std::clamp(offset, kFirst, kLargest);
    contents.resize(offset + chunk);
    const std::size_t received = file.read({contents.data() + offset, chunk});
    contents.resize(offset + received);
    if (received < chunk) return contents;
  }
}

}  // namespace curb::data
