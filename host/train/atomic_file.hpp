// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Files that appear whole or not at all.
#pragma once

#include <cstddef>
#include <string>

namespace curb::train {

// Writes under a temporary name beside `path`; commit() flushes to the disk and renames. Until
// then, and for good if anything fails, a file already at `path` stays as it was, and the temporary
// one is removed: a full disk or a killed run cannot cost the last good model. Every function
// throws data::DataError, which names `path` and the system's reason.
class AtomicFile {
 public:
  explicit AtomicFile(std::string path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void write(const void* bytes, std::size_t count);
  void commit();

 private:
  [[noreturn]] void fail() const;

  std::string path_;
  std::string temporary_path_;
  int descriptor_ = -1;  // -1 once committed
};

}  // namespace curb::train
