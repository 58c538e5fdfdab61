// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/backend/processor.hpp"

#include <fstream>

namespace curb::backend {

std::string processor() {
  std::ifstream facts("/proc/cpuinfo");
  for (std::string line; std::getline(facts, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unnamed processor";
}

}  // namespace curb::backend
