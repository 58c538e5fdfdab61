// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Arrays in NumPy's own format (numpy.lib.format, versions 1 to 3), to read from.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace curb::data {

enum class NpyType { f4, f8, i1, i2, i4, i8, u1, u2, u4, u8, b1 };

class NpyArray {
 public:
  // Takes the bytes of a file apart. `source` begins every message. Throws DataError for what is no
  // array, for elements that are not plain numbers in little-endian order (or truth values), and
  // for another number of them than the shape says.
  NpyArray(std::string bytes, std::string source);

  const std::string& source() const { return source_; }
  const std::vector<std::size_t>& shape() const { return shape_; }  // outermost first
  std::size_t size() const { return size_; }                        // elements

  // The values in row-major order, whatever their order and type in the file. What does not fit
  // into the type is rounded, or infinite.
  std::vector<float> floats() const;
  std::vector<double> doubles() const;

 private:
  std::size_t read_header();

  template <class Value>
  std::vector<Value> values() const;

  std::string bytes_;
  std::string source_;
  NpyType type_ = NpyType::f4;
  bool fortran_order_ = false;
  std::vector<std::size_t> shape_;
  std::size_t size_ = 1;
  std::size_t data_offset_ = 0;
};

}  // namespace curb::data
