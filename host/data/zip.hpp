// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Zip archives, to read from: members that are stored or deflated, ZIP64 included.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace curb::data {

class ZipFile {
 public:
  // Reads the archive into memory, and its directory. Throws DataError, which names the file and
  // the byte, when it is no zip archive or is cut short.
  explicit ZipFile(std::string path);

  const std::string& path() const { return path_; }
  std::vector<std::string> names() const;  // in the order of their bytes
  bool has(const std::string& name) const { return members_.contains(name); }

  // The contents of a member that is there. Throws DataError, which names it, when it is encrypted,
  // packed in another way, or damaged.
  std::string read(const std::string& name) const;

 private:
  struct Member {
    unsigned flags = 0;
    unsigned method = 0;
    std::uint32_t crc = 0;
    std::uint64_t packed_size = 0;
    std::uint64_t size = 0;
    std::uint64_t offset = 0;  // of its own header
  };

  std::uint64_t number(std::uint64_t offset, std::size_t bytes) const;
  bool has_signature(std::uint64_t offset, std::uint32_t signature) const;
  std::size_t find_end() const;
  void read_directory();
  std::uint64_t read_entry(std::uint64_t offset);
  void read_zip64_sizes(Member& member, std::uint64_t first, std::uint64_t last) const;

  std::string path_;
  std::string bytes_;
  std::map<std::string, Member> members_;
};

}  // namespace curb::data
