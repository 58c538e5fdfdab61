// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The header of a .npy file: a Python dictionary of three entries.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace curb::data {

struct NpyHeader {
  std::string type;  // such as <f4
  bool fortran_order = false;
  std::vector<std::size_t> shape;
};

// Reads {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }, its entries in any order.
// Throws DataError, whose message begins with `source`, for other text, an entry that is missing,
// and elements with named fields.
NpyHeader parse_npy_header(std::string_view text, const std::string& source);

}  // namespace curb::data
