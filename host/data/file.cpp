// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Files through zlib, which passes on what is not compressed.
#include "host/data/file.hpp"

#include <zlib.h>

#include <cerrno>
#include <cstring>

#include "host/data/error.hpp"

namespace curb::data {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 20;

}  // namespace

void InputFile::Close::operator()(gzFile_s* file) const { gzclose(file); }

InputFile::InputFile(const std::string& path) {
  errno = 0;
  file_.reset(gzopen(path.c_str(), "rb"));
  if (!file_) {
    const int error = errno ? errno : ENOMEM;  // zlib leaves errno alone when memory is short
    throw DataError(path + ": cannot open: " + std::strerror(error));
  }
  gzbuffer(file_.get(), kChunk / 8);
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
  InputFile file(path);
  std::string contents;
  std::size_t received = 0;
  do {
    const std::size_t offset = contents.size();
    contents.resize(offset + kChunk);
    received = file.read({contents.data() + offset, kChunk});
    contents.resize(offset + received);
  } while (received == kChunk);
  return contents;
}

}  // namespace curb::data
