// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Whole files into memory, compressed or not.
#pragma once

#include <string>

namespace curb::data {

// The bytes of `path`, inflated when they begin as a gzip file does (the name does not matter).
// Works on pipes too. Throws DataError when the file cannot be read, or is damaged or cut short.
std::string read_file(const std::string& path);

}  // namespace curb::data
