// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The safetensors format: writing, and reading with every field checked.
#include "host/train/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "host/data/error.hpp"
#include "host/data/message.hpp"
#include "host/train/atomic_file.hpp"

namespace curb::train {
namespace {

using data::DataError;
using data::in_quotes;
using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kAlignment = 8;  // of the data within the file
constexpr const char* kMetadataKey = "__metadata__";

// Where a tensor's values are, in bytes from the end of the header.
struct Extent {
  std::string name;
  std::vector<std::size_t> shape;
  std::size_t begin;
  std::size_t end;
};

// A file read from front to back; every failure is a DataError that names it.
class FileReader {
 public:
  explicit FileReader(const std::string& path) : path_(path), stream_(path, std::ios::binary) {
    std::error_code error;
    remaining_ = std::filesystem::file_size(path, error);
    if (error) throw DataError(path + ": cannot read: " + error.message());
    if (!stream_) throw DataError(path + ": cannot open: " + std::strerror(errno));
  }

  std::size_t remaining() const { return remaining_; }

  void read(void* bytes, std::size_t count) {
    if (count == 0) return;
    if (!stream_.read(static_cast<char*>(bytes), static_cast<std::streamsize>(count))) {
      throw DataError(path_ + ": cannot read: the file ends early");
    }
    remaining_ -= count;
  }

 private:
  std::string path_;
  std::ifstream stream_;
  std::size_t remaining_ = 0;
};

// The number of elements, or nothing when it cannot be counted in size_t.
std::optional<std::size_t> element_count(const std::vector<std::size_t>& shape) {
  std::size_t count = 1;
  for (const std::size_t dimension : shape) {
    if (dimension != 0 && count > std::numeric_limits<std::size_t>::max() / dimension) {
      return std::nullopt;
    }
    count *= dimension;
  }
  return count;
}

// The message for a tensor that is wrong in the file at `path`.
DataError tensor_error(const std::string& path, std::string_view name, const std::string& message) {
  return DataError(path + ": tensor " + in_quotes(name) + ": " + message);
}

json make_header(std::span<const TensorView> tensors, const Metadata& metadata) {
  json header = json::object();
  if (!metadata.empty()) header[kMetadataKey] = metadata;
  std::size_t offset = 0;
  for (const TensorView& tensor : tensors) {
    const std::string who = "write_safetensors: tensor " + in_quotes(tensor.name);
    if (tensor.name == kMetadataKey) throw std::invalid_argument(who + ": the name is reserved");
    if (header.contains(tensor.name)) throw std::invalid_argument(who + ": the name is used twice");
    if (element_count(tensor.shape) != tensor.values.size()) {
      throw std::invalid_argument(who + ": the shape does not fit " +
                                  std::to_string(tensor.values.size()) + " values");
    }
    const std::size_t end = offset + tensor.values.size_bytes();
    header[tensor.name] = {
        {"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  return header;
}

// Parses the header, refusing a name that occurs twice: JSON libraries would keep either one.
json parse_header(const std::string& path, std::string_view text) {
  std::set<std::string> names;
  const auto refuse_twins = [&](int depth, json::parse_event_t event, const json& value) {
    if (event == json::parse_event_t::key && depth == 1 &&
        !names.insert(value.get<std::string>()).second) {
      throw DataError(path + ": the header has " + in_quotes(value.get<std::string>()) + " twice");
    }
    return true;
  };
  try {
    json header = json::parse(text, refuse_twins);
    if (!header.is_object()) throw DataError(path + ": the header is not a JSON object");
    return header;
  } catch (const json::parse_error& error) {
    throw DataError(path + ": the header is not JSON: " + error.what());
  }
}

Metadata parse_metadata(const std::string& path, const json& entry) {
  if (!entry.is_object()) throw DataError(path + ": " + kMetadataKey + " is not a JSON object");
  Metadata metadata;
  for (const auto& [key, value] : entry.items()) {
    if (!value.is_string()) {
      throw DataError(path + ": " + kMetadataKey + ": " + in_quotes(key) + " is not a string");
    }
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

// An array of sizes under `key`.
std::vector<std::size_t> parse_sizes(const std::string& path, const std::string& name,
                                     const json& entry, const char* key) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_array() ||
      !std::all_of(found->begin(), found->end(),
                   [](const json& value) { return value.is_number_unsigned(); })) {
    throw tensor_error(path, name, std::string(key) + " is not a list of whole numbers");
  }
  return found->get<std::vector<std::size_t>>();
}

Extent parse_extent(const std::string& path, const std::string& name, const json& entry) {
  if (!entry.is_object()) throw tensor_error(path, name, "its entry is not a JSON object");
  const auto dtype = entry.find("dtype");
  if (dtype == entry.end() || !dtype->is_string()) {
    throw tensor_error(path, name, "dtype is not a string");
  }
  if (*dtype != "F32") {
    throw tensor_error(path, name,
                       "dtype is " + in_quotes(dtype->get<std::string>()) + "; only F32 is read");
  }
  const std::vector<std::size_t> offsets = parse_sizes(path, name, entry, "data_offsets");
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    throw tensor_error(path, name, "data_offsets are not a begin and an end");
  }
  Extent extent{name, parse_sizes(path, name, entry, "shape"), offsets[0], offsets[1]};
  const std::optional<std::size_t> count = element_count(extent.shape);
  const std::size_t bytes = extent.end - extent.begin;
  if (bytes % sizeof(float) != 0 || count != bytes / sizeof(float)) {
    throw tensor_error(path, name,
                       "its shape does not fit its " + std::to_string(bytes) + " bytes");
  }
  return extent;
}

// Puts the extents in the order of the file, and throws unless they then lie end to end and fill
// `size` bytes of data.
void sort_and_check_cover(const std::string& path, std::vector<Extent>& extents, std::size_t size) {
  std::sort(extents.begin(), extents.end(), [](const Extent& a, const Extent& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::size_t covered = 0;
  for (const Extent& extent : extents) {
    if (extent.begin != covered) {
      throw tensor_error(path, extent.name,
                         "it begins at byte " + std::to_string(extent.begin) + " of the data, " +
                             (extent.begin < covered ? "inside the tensor before it, which ends at "
                                                     : "leaving a gap after byte ") +
                             std::to_string(covered));
    }
    if (extent.end > size) {
      throw tensor_error(path, extent.name,
                         "it ends at byte " + std::to_string(extent.end) +
                             " of the data, and the file has " + std::to_string(size));
    }
    covered = extent.end;
  }
  if (covered != size) {
    throw DataError(path + ": " + std::to_string(size - covered) +
                    " bytes after the last tensor belong to none");
  }
}

}  // namespace

std::string safetensors_header(std::span<const TensorView> tensors, const Metadata& metadata) {
  std::string header;
  try {
    header = make_header(tensors, metadata).dump();
  } catch (const json::type_error& error) {
    throw std::invalid_argument(std::string("write_safetensors: a string is not UTF-8: ") +
                                error.what());
  }
  header.append((kAlignment - header.size() % kAlignment) % kAlignment, ' ');
  const std::uint64_t length = header.size();
  header.insert(0, reinterpret_cast<const char*>(&length), kLengthBytes);
  return header;
}

void write_safetensors(const std::string& path, std::span<const TensorView> tensors,
                       const Metadata& metadata) {
  const std::string header = safetensors_header(tensors, metadata);
  AtomicFile file(path);
  file.write(header.data(), header.size());
  for (const TensorView& tensor : tensors) {
    file.write(tensor.values.data(), tensor.values.size_bytes());
  }
  file.commit();
}

Safetensors read_safetensors(const std::string& path) {
  FileReader file(path);
  if (file.remaining() < kLengthBytes) {
    throw DataError(path + ": the file is cut short inside the length of its header");
  }
  std::uint64_t length = 0;
  file.read(&length, kLengthBytes);
  if (length > file.remaining()) {
    throw DataError(path + ": the header should have " + std::to_string(length) +
                    " bytes, and only " + std::to_string(file.remaining()) +
                    " follow (cut short, or not a safetensors file)");
  }
  std::string text(length, '\0');
  file.read(text.data(), length);

  Safetensors result;
  std::vector<Extent> extents;
  const json header = parse_header(path, text);
  for (const auto& [name, entry] : header.items()) {
    if (name == kMetadataKey) {
      result.metadata = parse_metadata(path, entry);
    } else {
      extents.push_back(parse_extent(path, name, entry));
    }
  }
  sort_and_check_cover(path, extents, file.remaining());
  for (Extent& extent : extents) {  // in the order of the file, end to end
    Tensor& tensor = result.tensors[extent.name];
    tensor.shape = std::move(extent.shape);
    tensor.values.resize((extent.end - extent.begin) / sizeof(float));
    file.read(tensor.values.data(), extent.end - extent.begin);
  }
  return result;
}

}  // namespace curb::train
