// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/cli/busy_waiting.hpp"

#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace curb::cli {
namespace {

// Some ten microseconds: about what it takes to put a thread to sleep and wake it.
constexpr const char* kSpins = "10000";

}  // namespace

void limit_busy_waiting(char** argv) {
  if (std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  if (setenv("GOMP_SPINCOUNT", kSpins, 0) != 0) return;
  execv("/proc/self/exe", argv);  // returns only if it fails, and then all goes on as it was
}

void unlimit_busy_waiting_of_children() {
  const char* const spins = std::getenv("GOMP_SPINCOUNT");
  if (spins != nullptr && std::strcmp(spins, kSpins) == 0) unsetenv("GOMP_SPINCOUNT");
}

}  // namespace curb::cli
