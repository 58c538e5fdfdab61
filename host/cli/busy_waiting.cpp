// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/cli/busy_waiting.hpp"

#include <unistd.h>

#include <cstdlib>

namespace curb::cli {

void limit_busy_waiting(char** argv) {
  // Some ten microseconds: about what it takes to put a thread to sleep and wake it.
  constexpr const char* kSpins = "10000";
  if (std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  if (setenv("GOMP_SPINCOUNT", kSpins, 0) != 0) return;
  execv("/proc/self/exe", argv);  // returns only if it fails, and then all goes on as it was
}

}  // namespace curb::cli
