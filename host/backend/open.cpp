// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Chooses a backend by name.
#include "host/backend/open.hpp"

#include <charconv>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "host/backend/cuda_backend.hpp"

namespace curb::backend {
namespace {

/// N of "cuda:N", 0 for "cuda"; nothing for any other name.
std::optional<int> cuda_index(std::string_view device) {
  if (device == "cuda") return 0;
  if (!device.starts_with("cuda:")) return std::nullopt;
  device.remove_prefix(5);
  int index = 0;
  const char* const end = device.data() + device.size();
  const auto [parsed, error] = std::from_chars(device.data(), end, index);
  if (error != std::errc{} || parsed != end || index < 0) return std::nullopt;
  return index;
}

}  // namespace

std::unique_ptr<Backend> open_backend(const std::string& device, std::string& why,
                                      Precision precision) {
  why.clear();
  if (device == "cpu") return make_cpu_backend();
  const bool automatic = device == "auto";
  const std::optional<int> index = cuda_index(automatic ? "cuda" : device);
  if (!index) throw std::invalid_argument("there is no device \"" + device + "\"");
  const std::size_t devices = cuda_devices(why).size();
  if (static_cast<std::size_t>(*index) < devices) {
    try {
      std::unique_ptr<Backend> backend = make_cuda_backend(*index, precision);
      if (automatic) why = "the first CUDA device";
      return backend;
    } catch (const std::exception& error) {
      why = error.what();
    }
  } else if (devices > 0) {
    why = "there are " + std::to_string(devices) + " CUDA devices, counted from 0";
  }
  return automatic ? make_cpu_backend() : nullptr;
}

}  // namespace curb::backend
