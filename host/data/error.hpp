// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What every reader throws when a file, or a request about one, cannot be honoured.
#pragma once

#include <stdexcept>
#include <string>

namespace curb::data {

// The message begins with the file and, where there is one, the place in it: `file:line` and the
// column for text, a byte offset for binary files. The program exits with code 3.
class DataError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace curb::data
