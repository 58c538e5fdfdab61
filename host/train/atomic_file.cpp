// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Files that appear whole or not at all: write, fsync, rename, fsync the directory.
#include "host/train/atomic_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "host/data/error.hpp"

namespace curb::train {

AtomicFile::AtomicFile(std::string path)
    : path_(std::move(path)),
      temporary_path_(path_ + ".tmp" + std::to_string(static_cast<long>(::getpid()))) {
  ::unlink(temporary_path_.c_str());  // left by a killed process whose number came round again
  // O_EXCL: never write through a link that somebody put there.
  descriptor_ = ::open(temporary_path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail();
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_path_.c_str());
}

void AtomicFile::fail() const {
  const int error = errno;  // before anything else can change it
  throw data::DataError(path_ + ": cannot write: " + std::strerror(error));
}

void AtomicFile::write(const void* bytes, std::size_t count) {
  const char* next = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t written = ::write(descriptor_, next, count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail();
    next += written;
    count -= static_cast<std::size_t>(written);
  }
}

void AtomicFile::commit() {
  if (::fsync(descriptor_) != 0) fail();
  if (std::rename(temporary_path_.c_str(), path_.c_str()) != 0) fail();
  ::close(std::exchange(descriptor_, -1));

  // The new name must reach the disk as well. Some file systems cannot sync a directory; the file
  // is in place by now, so that is no error.
  const std::string directory = std::filesystem::path(path_).parent_path().string();
  const int parent = ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_CLOEXEC);
  if (parent < 0) return;
  ::fsync(parent);
  ::close(parent);
}

}  // namespace curb::train
