// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What the emulator throws, and where in a kernel something happened.
#pragma once

#include <stdexcept>
#include <string>

namespace simt {

// A kernel broke a rule of CUDA's execution model (deadlock, divergent barrier, wrong mask...).
// The text names the kernel, the block, the thread and the place.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A place in the source. `Site::here()` as a default argument names the caller's line.
struct Site {
  const char* file = nullptr;
  int line = 0;

  static constexpr Site here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return {file, line};
  }
};

inline std::string to_string(Site site) {
  return std::string(site.file) + ":" + std::to_string(site.line);
}

}  // namespace simt
