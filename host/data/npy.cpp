// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// NumPy's arrays: a header in text, then the elements.
#include "host/data/npy.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "host/data/error.hpp"
#include "host/data/little_endian.hpp"
#include "host/data/message.hpp"
#include "host/data/npy_header.hpp"

namespace curb::data {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are taken as they stand");

constexpr std::string_view kMagic = "\x93NUMPY";

struct TypeName {
  std::string_view name;  // without the mark of its byte order
  NpyType type;
  std::size_t bytes;
};
constexpr TypeName kTypes[] = {
    {"f4", NpyType::f4, 4}, {"f8", NpyType::f8, 8}, {"i1", NpyType::i1, 1}, {"i2", NpyType::i2, 2},
    {"i4", NpyType::i4, 4}, {"i8", NpyType::i8, 8}, {"u1", NpyType::u1, 1}, {"u2", NpyType::u2, 2},
    {"u4", NpyType::u4, 4}, {"u8", NpyType::u8, 8}, {"b1", NpyType::b1, 1}};

// Nothing for a type that cannot be read.
const TypeName* find_type(std::string_view name) {
  if (name.empty()) return nullptr;
  for (const TypeName& type : kTypes) {
    const bool little = name[0] == '<' || (name[0] == '|' && type.bytes == 1);
    if (little && name.substr(1) == type.name) return &type;
  }
  return nullptr;
}

// Calls use(offset in the file's order) for one element after the other in row-major order.
template <class Use>
void for_each_column_major(const std::vector<std::size_t>& shape, std::size_t size, Use use) {
  std::vector<std::size_t> index(shape.size(), 0);
  for (std::size_t i = 0; i < size; ++i) {
    std::size_t offset = 0;
    for (std::size_t d = shape.size(); d-- > 0;) offset = offset * shape[d] + index[d];
    use(offset);
    for (std::size_t d = shape.size(); d-- > 0 && ++index[d] == shape[d];) index[d] = 0;
  }
}

template <class Element, class Value>
std::vector<Value> convert(std::string_view bytes, std::size_t size, bool fortran_order,
                           const std::vector<std::size_t>& shape) {
  const auto element = [bytes](std::size_t i) {
    Element value;
    std::memcpy(&value, bytes.data() + i * sizeof(Element), sizeof(Element));
    return static_cast<Value>(value);
  };
  std::vector<Value> values(size);
  if (fortran_order && shape.size() > 1) {
    std::size_t i = 0;
    for_each_column_major(shape, size, [&](std::size_t offset) { values[i++] = element(offset); });
  } else {
    for (std::size_t i = 0; i < size; ++i) values[i] = element(i);
  }
  return values;
}

}  // namespace

NpyArray::NpyArray(std::string bytes, std::string source)
    : bytes_(std::move(bytes)), source_(std::move(source)) {
  const std::size_t element = read_header();
  const std::size_t available = (bytes_.size() - data_offset_) / element;
  for (const std::size_t length : shape_) {
    if (length == 0) size_ = 0;
  }
  for (const std::size_t length : shape_) {
    if (size_ != 0 && size_ > available / length) {  // asked this way, nothing can overflow
      throw DataError(source_ + ": it is cut short: its shape promises more than the " +
                      std::to_string(available) + " elements that are there");
    }
    size_ *= length;
  }
  if (const std::size_t excess = bytes_.size() - data_offset_ - size_ * element; excess > 0) {
    throw DataError(source_ + ": " + std::to_string(excess) + " bytes too many follow the data");
  }
}

// Gives the bytes of an element.
std::size_t NpyArray::read_header() {
  const std::string_view text = bytes_;
  if (!text.starts_with(kMagic) || text.size() < 8) {
    throw DataError(source_ + ": this is not an array of NumPy (wrong magic number)");
  }
  const int version = static_cast<unsigned char>(text[6]);
  if (version < 1 || version > 3) {
    throw DataError(source_ + ": version " + std::to_string(version) +
                    " of the format is not known; 1, 2 and 3 are");
  }
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  const std::size_t header = 8 + length_bytes;
  const std::size_t length = text.size() < header ? 0 : little_endian(text.substr(8), length_bytes);
  if (text.size() < header || length > text.size() - header) {
    throw DataError(source_ + ": the file ends inside its header");
  }
  NpyHeader parsed = parse_npy_header(text.substr(header, length), source_);
  const TypeName* const type = find_type(parsed.type);
  if (type == nullptr) {
    throw DataError(
        source_ + ": elements of type " + in_quotes(parsed.type) +
        " cannot be read; f4, f8, i1 to i8, u1 to u8 and b1 in little-endian order can");
  }
  type_ = type->type;
  fortran_order_ = parsed.fortran_order;
  shape_ = std::move(parsed.shape);
  data_offset_ = header + length;
  return type->bytes;
}

template <class Value>
std::vector<Value> NpyArray::values() const {
  const std::string_view data = std::string_view(bytes_).substr(data_offset_);
  const auto as = [&]<class Element>(Element) {
    return convert<Element, Value>(data, size_, fortran_order_, shape_);
  };
  switch (type_) {
    case NpyType::f4:
      return as(float{});
    case NpyType::f8:
      return as(double{});
    case NpyType::i1:
      return as(std::int8_t{});
    case NpyType::i2:
      return as(std::int16_t{});
    case NpyType::i4:
      return as(std::int32_t{});
    case NpyType::i8:
      return as(std::int64_t{});
    case NpyType::u2:
      return as(std::uint16_t{});
    case NpyType::u4:
      return as(std::uint32_t{});
    case NpyType::u8:
      return as(std::uint64_t{});
    case NpyType::u1:
    case NpyType::b1:
      break;
  }
  return as(std::uint8_t{});
}

std::vector<float> NpyArray::floats() const { return values<float>(); }

std::vector<double> NpyArray::doubles() const { return values<double>(); }

}  // namespace curb::data
