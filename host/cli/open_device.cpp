// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Opens the device that was asked for, and says which one it is.
#include <stdexcept>

#include "host/backend/open.hpp"
#include "host/cli/command.hpp"
#include "host/cli/console.hpp"

namespace curb::cli {

std::unique_ptr<backend::Backend> open_device(const std::string& name, bool quiet) {
  std::string why;
  std::unique_ptr<backend::Backend> backend;
  try {
    backend = backend::open_backend(name, why);
  } catch (const std::invalid_argument& error) {
    throw UsageError(std::string("--device: ") + error.what());
  }
  if (!backend) throw DeviceError("--device " + name + ": not to be had: " + why);
  if (!quiet) {
    print_note("device: " + backend->description() + (why.empty() ? "" : " (" + why + ")"));
  }
  return backend;
}

}  // namespace curb::cli
