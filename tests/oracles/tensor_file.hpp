// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// Reader for named double-precision tensors stored without loss as differences from one another.
// README.md describes the coding.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "tests/reference/matrix.hpp"

namespace curb::testing {

// Reads `stem`.txt (the index) and `stem`.bin (the codes). Throws std::runtime_error, with the file
// and the tensor, when a file is missing or short or a tensor does not have its digest.
std::map<std::string, Matrix> read_tensors(const std::filesystem::path& stem);

}  // namespace curb::testing
