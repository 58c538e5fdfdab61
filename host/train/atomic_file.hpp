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
  // The same; a file that is already at `path` becomes `previous`, in place of one of that name.
  // A process killed at the wrong moment leaves nothing at `path`, but then the old one there.
  void commit_keeping(const std::string& previous);

  // Removes what killed processes have left of files under `path`. No other may be writing it.
  static void remove_leftovers(const std::string& path);

 private:
  [[noreturn]] void fail() const;
  void flush();
  void rename();

  std::string path_;
  std::string temporary_path_;
  int descriptor_ = -1;  // -1 once committed
};

}  // namespace curb::train
