// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The bytes of files, compressed or not.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

struct gzFile_s;

namespace curb::data {

// A file read from its beginning to its end, inflated when it begins as a gzip file does (the name
// does not matter). Works on pipes too.
class InputFile {
 public:
  // Throws DataError when the file cannot be opened.
  explicit InputFile(const std::string& path);

  // Fills `space` with the next bytes and gives their number: less than there is space for only at
  // the end. Throws DataError when the file cannot be read, or is damaged or cut short.
  std::size_t read(std::span<char> space);

 private:
  struct Close {
    void operator()(gzFile_s* file) const;
  };

  std::unique_ptr<gzFile_s, Close> file_;
  std::size_t bytes_ = 0;  // given so far
};

// The whole file. Throws as above.
std::string read_file(const std::string& path);

}  // namespace curb::data
