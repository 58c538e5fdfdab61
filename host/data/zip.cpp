// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Zip archives by their central directory, as PKWARE's APPNOTE.TXT describes them (its numbers are
// in brackets below).
#include "host/data/zip.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>

#include "host/data/error.hpp"
#include "host/data/file.hpp"
#include "host/data/little_endian.hpp"
#include "host/data/message.hpp"

namespace curb::data {
namespace {

constexpr std::uint32_t kMemberHeader = 0x04034b50;       // [4.3.7]
constexpr std::uint32_t kDirectoryEntry = 0x02014b50;     // [4.3.12]
constexpr std::uint32_t kZip64DirectoryEnd = 0x06064b50;  // [4.3.14]
constexpr std::uint32_t kZip64EndLocator = 0x07064b50;    // [4.3.15]
constexpr std::uint32_t kDirectoryEnd = 0x06054b50;       // [4.3.16]
constexpr std::uint64_t kInZip64 = 0xffffffff;            // the value is in the ZIP64 field
constexpr unsigned kStored = 0;
constexpr unsigned kDeflated = 8;

struct EndInflate {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

// Inflates raw deflate data that must give exactly `size` bytes; false when they do not.
bool inflate_raw(std::string_view packed, std::size_t size, std::string& contents) {
  constexpr int kRaw = -MAX_WBITS;
  z_stream stream{};
  if (inflateInit2(&stream, kRaw) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, EndInflate> end(&stream);
  // One byte more than is wanted, so that what is too long shows.
  contents.resize(size + 1);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  std::size_t given = 0;
  std::size_t written = 0;
  int status = Z_OK;
  constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
  while (status == Z_OK) {
    stream.avail_in = static_cast<uInt>(std::min(packed.size() - given, kMost));
    stream.next_out = reinterpret_cast<Bytef*>(contents.data() + written);
    stream.avail_out = static_cast<uInt>(std::min(contents.size() - written, kMost));
    const uInt offered = stream.avail_in;
    const uInt space = stream.avail_out;
    status = inflate(&stream, Z_NO_FLUSH);
    given += offered - stream.avail_in;
    written += space - stream.avail_out;
  }
  contents.resize(size);
  return status == Z_STREAM_END && written == size;
}

std::uint32_t checksum(std::string_view text) {
  return static_cast<std::uint32_t>(
      crc32_z(crc32_z(0, nullptr, 0), reinterpret_cast<const Bytef*>(text.data()), text.size()));
}

}  // namespace

ZipFile::ZipFile(std::string path) : path_(std::move(path)), bytes_(read_file(path_)) {
  read_directory();
}

std::vector<std::string> ZipFile::names() const {
  std::vector<std::string> names;
  for (const auto& [name, member] : members_) names.push_back(name);
  return names;
}

std::uint64_t ZipFile::number(std::uint64_t offset, std::size_t bytes) const {
  if (offset > bytes_.size() || bytes > bytes_.size() - offset) {
    throw DataError(path_ + ": byte " + std::to_string(offset) +
                    ": the archive is damaged: what should stand here is beyond its end");
  }
  return little_endian(std::string_view(bytes_).substr(static_cast<std::size_t>(offset)), bytes);
}

bool ZipFile::has_signature(std::uint64_t offset, std::uint32_t signature) const {
  return number(offset, 4) == signature;
}

// The record at the end of the file, before a comment of up to 65,535 bytes.
std::size_t ZipFile::find_end() const {
  constexpr std::size_t kRecord = 22;
  constexpr std::size_t kLongestComment = 65535;
  if (bytes_.size() >= kRecord) {
    const std::size_t last = bytes_.size() - kRecord;
    const std::size_t first = last - std::min(last, kLongestComment);
    for (std::size_t at = last + 1; at-- > first;) {
      if (has_signature(at, kDirectoryEnd) && number(at + 20, 2) == last - at) return at;
    }
  }
  throw DataError(path_ + ": this is not a zip archive, or it is cut short: its end is missing");
}

void ZipFile::read_directory() {
  constexpr std::size_t kLocator = 20;
  const std::size_t end = find_end();
  std::uint64_t entries = number(end + 10, 2);
  std::uint64_t offset = number(end + 16, 4);
  if (end >= kLocator && has_signature(end - kLocator, kZip64EndLocator)) {
    const std::uint64_t zip64_end = number(end - kLocator + 8, 8);
    if (!has_signature(zip64_end, kZip64DirectoryEnd)) {
      throw DataError(path_ + ": byte " + std::to_string(zip64_end) +
                      ": the archive is damaged: no ZIP64 record is here");
    }
    entries = number(zip64_end + 32, 8);
    offset = number(zip64_end + 48, 8);
  }
  for (; entries > 0; --entries) offset = read_entry(offset);
}

// Gives the place of the next entry.
std::uint64_t ZipFile::read_entry(std::uint64_t offset) {
  if (!has_signature(offset, kDirectoryEntry)) {
    throw DataError(path_ + ": byte " + std::to_string(offset) +
                    ": the archive is damaged: no entry of its directory is here");
  }
  Member member{.flags = static_cast<unsigned>(number(offset + 8, 2)),
                .method = static_cast<unsigned>(number(offset + 10, 2)),
                .crc = static_cast<std::uint32_t>(number(offset + 16, 4)),
                .packed_size = number(offset + 20, 4),
                .size = number(offset + 24, 4),
                .offset = number(offset + 42, 4)};
  const std::uint64_t name = offset + 46;
  const std::uint64_t extra = name + number(offset + 28, 2);
  const std::uint64_t comment = extra + number(offset + 30, 2);
  const std::uint64_t next = comment + number(offset + 32, 2);
  number(next, 0);
  read_zip64_sizes(member, extra, comment);
  members_[bytes_.substr(name, extra - name)] = member;
  return next;
}

// What has no room in 32 bits is among the extra fields [4.5.3].
void ZipFile::read_zip64_sizes(Member& member, std::uint64_t first, std::uint64_t last) const {
  constexpr std::uint64_t kZip64 = 1;
  while (last - first >= 4) {
    const std::uint64_t id = number(first, 2);
    std::uint64_t at = first + 4;
    first = std::min(at + number(first + 2, 2), last);
    if (id != kZip64) continue;
    for (std::uint64_t* value : {&member.size, &member.packed_size, &member.offset}) {
      if (*value != kInZip64) continue;
      *value = number(at, 8);
      at += 8;
    }
  }
}

std::string ZipFile::read(const std::string& name) const {
  const Member& member = members_.at(name);
  const auto error = [&](const std::string& message) {
    return DataError(path_ + ": member " + in_quotes(name) + ": " + message);
  };
  if ((member.flags & 1) != 0) throw error("it is encrypted");
  if (member.method != kStored && member.method != kDeflated) {
    throw error("it is packed by method " + std::to_string(member.method) +
                ", and only stored and deflated members can be read");
  }
  if (!has_signature(member.offset, kMemberHeader)) throw error("its header is damaged");
  // The lengths here may differ from those in the directory.
  const std::uint64_t first =
      member.offset + 30 + number(member.offset + 26, 2) + number(member.offset + 28, 2);
  if (first > bytes_.size() || member.packed_size > bytes_.size() - first) {
    throw error("it is cut short");
  }
  const std::string_view packed = std::string_view(bytes_).substr(first, member.packed_size);

  constexpr std::uint64_t kMostInflation = 1032;  // deflate can do no more, so memory is safe
  std::string contents;
  bool whole = false;
  if (member.method == kStored) {
    contents = packed;
    whole = member.size == member.packed_size;
  } else if (member.size / kMostInflation <= member.packed_size) {
    whole = inflate_raw(packed, member.size, contents);
  }
  if (!whole || checksum(contents) != member.crc) throw error("it is damaged");
  return contents;
}

}  // namespace curb::data
