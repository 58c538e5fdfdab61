// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/cli/bench/gpu_state.hpp"

#include <cstdint>
#include <stdexcept>
#include <system_error>

#include "host/cli/bench/child.hpp"

namespace curb::cli::bench {
namespace {

/// Bits of nvmlClocksEventReasons (nvml.h) that mean less speed than there could be.
struct Reason {
  std::uint64_t bit;
  const char* words;
};
constexpr Reason kReasons[] = {{0x4, "limit of power"},
                               {0x8, "hardware slowdown"},
                               {0x20, "limit of temperature"},
                               {0x40, "hardware slowdown for heat"},
                               {0x80, "power brake"}};

}  // namespace

std::string gpu_slowed_by() {
  std::string first_line;
  try {
    const int code =
        run_child({"/usr/bin/env", "nvidia-smi", "--id=0",
                   "--query-gpu=clocks_throttle_reasons.active", "--format=csv,noheader"},
                  [&](const std::string& line) {
                    if (first_line.empty()) first_line = line;
                  });
    if (code != 0) return {};
  } catch (const std::system_error&) {
    return {};
  }
  std::uint64_t bits = 0;
  try {
    bits = std::stoull(first_line, nullptr, 16);
  } catch (const std::logic_error&) {  // "[N/A]"
    return {};
  }
  std::string reasons;
  for (const Reason& reason : kReasons) {
    if ((bits & reason.bit) == 0) continue;
    if (!reasons.empty()) reasons += ", ";
    reasons += reason.words;
  }
  return reasons;
}

}  // namespace curb::cli::bench
