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
namespace {

constexpr const char* kTemporary = ".tmp";  // and the process's number

}  // namespace

AtomicFile::AtomicFile(std::string path)
    : path_(std::move(path)),
      temporary_path_(path_ + kTemporary + std::to_string(static_cast<long>(::getpid()))) {
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
  flush();
  rename();
}

void AtomicFile::commit_keeping(const std::string& previous) {
  flush();
  if (std::rename(path_.c_str(), previous.c_str()) != 0 && errno != ENOENT) fail();
  rename();
}

void AtomicFile::flush() {
  if (::fsync(descriptor_) != 0) fail();
}

void AtomicFile::rename() {
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

void AtomicFile::remove_leftovers(const std::string& path) {
  const std::filesystem::path target(path);
  const std::string prefix = target.filename().string() + kTemporary;
  const std::filesystem::path folder = target.has_parent_path() ? target.parent_path() : ".";
  std::error_code ignored;  // they are in nobody's way
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(prefix) &&
        name.find_first_not_of("0123456789", prefix.size()) == std::string::npos) {
      std::filesystem::remove(entry.path(), ignored);
    }
  }
}

}  // namespace curb::train
