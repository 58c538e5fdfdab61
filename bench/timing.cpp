// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "bench/timing.hpp"

#include <omp.h>

#include <charconv>
#include <cstring>
#include <system_error>

namespace curb::bench {

int parse_threads(int argc, char** argv) {
  constexpr char kFlag[] = "--threads=";
  int threads = omp_get_max_threads();
  for (int i = 1; i < argc; ++i) {
    if (std::strncmp(argv[i], kFlag, sizeof kFlag - 1) != 0) return 0;
    const char* text = argv[i] + sizeof kFlag - 1;
    const char* end = text + std::strlen(text);
    const auto [stop, error] = std::from_chars(text, end, threads);
    if (error != std::errc{} || stop != end || threads <= 0) return 0;
  }
  return threads;
}

}  // namespace curb::bench
