// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A directory for the small files that tests write, removed with everything in it.
#pragma once

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

namespace curb::testing {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    path_ = (std::filesystem::temp_directory_path() / "curb-test-XXXXXX").string();
    if (mkdtemp(path_.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), path_);
    }
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }

  // The path of `name` in the directory, which need not exist.
  std::string path(const std::string& name) const { return path_ + "/" + name; }

  // Writes a file and gives its path.
  std::string write(const std::string& name, const std::string& contents) const {
    std::ofstream file(path(name), std::ios::binary);
    file << contents;
    if (!file.flush()) throw std::runtime_error("cannot write " + path(name));
    return path(name);
  }

 private:
  std::string path_;
};

}  // namespace curb::testing
