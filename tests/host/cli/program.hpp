// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Runs the real program as a user does: arguments in; exit code, stdout and stderr out.
#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

namespace curb::testing {

using Arguments = std::vector<std::string>;

inline Arguments operator+(Arguments first, const Arguments& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

struct ProgramResult {
  int exit_code = -1;  ///< 128 + the signal's number if one ended it
  std::string out;
  std::string err;
};

struct ProgramOptions {
  /// `signal` is sent `delay` after this file has as many bytes; empty: never.
  std::string interrupt_after;
  std::uintmax_t bytes = 1;
  long largest_file = -1;  ///< bytes that a file may grow to; negative: no limit
  int signal = SIGINT;
  std::chrono::microseconds delay{0};
  int threads = 1;
};

/// Runs curb. Throws std::system_error when it cannot be started.
ProgramResult run_program(const Arguments& arguments, const ProgramOptions& options = {});

}  // namespace curb::testing
