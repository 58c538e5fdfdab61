// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The tests of the seam run on the CPU.
#include "tests/host/backend/backends.hpp"

namespace curb::testing {

std::vector<NamedBackend> backends() {
  return {{"cpu_1_thread", [](std::string&) { return backend::make_cpu_backend(1); }},
          {"cpu_3_threads", [](std::string&) { return backend::make_cpu_backend(3); }}};
}

}  // namespace curb::testing
