// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Makes the bytes of NumPy's files: arrays, and archives of them.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "tests/host/data/gzip.hpp"

namespace curb::testing {

/// The `bytes` low bytes of `value`, little-endian.
inline std::string little(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i & 0xff);
  return text;
}

/// An array whose header has the dictionary `entries`.
inline std::string npy_bytes(const std::string& entries, const std::string& data, int version = 1) {
  std::string header = "{" + entries + "}";
  header += std::string(63 - (header.size() + 10) % 64, ' ') + "\n";
  return "\x93NUMPY" + little(static_cast<std::uint64_t>(version), 2) +
         little(header.size(), version == 1 ? 2 : 4) + header + data;
}

template <class Element>
std::string raw(const std::vector<Element>& values) {
  std::string text(values.size() * sizeof(Element), '\0');
  std::memcpy(text.data(), values.data(), text.size());
  return text;
}

/// An array of `values` whose type is `descr` and whose shape is `shape`, such as "(2, 3)".
template <class Element>
std::string npy_array(const std::string& descr, const std::string& shape,
                      const std::vector<Element>& values, bool fortran_order = false) {
  return npy_bytes("'descr': '" + descr + "', 'fortran_order': " +
                       (fortran_order ? "True" : "False") + ", 'shape': " + shape + ", ",
                   raw(values));
}

struct ZipMember {
  std::string name;
  std::string contents;
  bool deflated = false;
  unsigned flags = 0;
};

/// A zip archive. In the form of ZIP64 every size and offset stands in the 64-bit fields.
inline std::string zip_bytes(const std::vector<ZipMember>& members, bool zip64 = false,
                             const std::string& comment = "") {
  std::string archive;
  std::string directory;
  for (const ZipMember& member : members) {
    const std::string gzipped = gzip(member.contents);  // a header of 10 bytes, a trailer of 8
    const std::string packed =
        member.deflated ? gzipped.substr(10, gzipped.size() - 18) : member.contents;
    const auto crc = crc32(0, reinterpret_cast<const Bytef*>(member.contents.data()),
                           static_cast<uInt>(member.contents.size()));
    const auto small = [&](std::uint64_t size) { return little(zip64 ? 0xffffffff : size, 4); };
    const std::string extra = little(1, 2) + little(24, 2) + little(member.contents.size(), 8) +
                              little(packed.size(), 8) + little(archive.size(), 8);
    const std::string common = little(member.flags, 2) + little(member.deflated ? 8 : 0, 2) +
                               little(0, 4) + little(crc, 4) + small(packed.size()) +
                               small(member.contents.size()) + little(member.name.size(), 2) +
                               little(zip64 ? extra.size() : 0, 2);
    directory += "PK\1\2" + little(45, 2) + little(45, 2) + common + little(0, 10) +
                 small(archive.size()) + member.name + (zip64 ? extra : "");
    archive += "PK\3\4" + little(45, 2) + common + member.name + (zip64 ? extra : "") + packed;
  }
  const std::size_t offset = archive.size();
  archive += directory;
  if (zip64) {
    const std::size_t end = archive.size();
    archive += "PK\6\6" + little(44, 8) + little(45, 4) + little(0, 8) + little(members.size(), 8) +
               little(members.size(), 8) + little(directory.size(), 8) + little(offset, 8);
    archive += "PK\6\7" + little(0, 4) + little(end, 8) + little(1, 4);
  }
  const std::size_t count = zip64 ? 0xffff : members.size();
  return archive + "PK\5\6" + little(0, 4) + little(count, 2) + little(count, 2) +
         little(directory.size(), 4) + little(zip64 ? 0xffffffff : offset, 4) +
         little(comment.size(), 2) + comment;
}

}  // namespace curb::testing
