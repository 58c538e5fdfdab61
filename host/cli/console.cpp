// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Standard output and standard error.
#include "host/cli/console.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "host/data/error.hpp"

namespace curb::cli {

bool stderr_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

std::string red(const std::string& text) {
  const char* const no_color = std::getenv("NO_COLOR");
  if ((no_color != nullptr && *no_color != '\0') || !stderr_is_terminal()) return text;
  return "\x1b[31m" + text + "\x1b[0m";
}

void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw data::DataError(std::string("standard output: cannot write: ") + std::strerror(errno));
  }
}

void print_note(const std::string& text) { fmt::print(stderr, "{}\n", text); }

}  // namespace curb::cli
