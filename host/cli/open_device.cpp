// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Opens the device that was asked for, and says which one it is.
#include <stdexcept>

#include "host/backend/open.hpp"
#include "host/cli/command.hpp"
#include "host/cli/console.hpp"
#include "host/train/names.hpp"

namespace curb::cli {

std::unique_ptr<backend::Backend> open_device(const std::string& name, bool quiet,
                                              backend::Precision precision) {
  std::string why;
  std::unique_ptr<backend::Backend> backend;
  try {
    backend = backend::open_backend(name, why, precision);
  } catch (const std::invalid_argument& error) {
    throw UsageError(std::string("--device: ") + error.what());
  }
  if (!backend) throw DeviceError("--device " + name + ": not to be had: " + why);
  if (precision != backend::Precision::fp32 && backend->device().kind == Device::Kind::cpu) {
    throw UsageError("--precision " + std::string(train::name_of(train::kPrecisions, precision)) +
                     ": on CUDA only, and this is the CPU" + (why.empty() ? "" : " (" + why + ")"));
  }
  if (!quiet) {
    print_note("device: " + backend->description() + (why.empty() ? "" : " (" + why + ")"));
  }
  return backend;
}

}  // namespace curb::cli
