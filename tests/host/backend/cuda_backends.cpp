// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The tests of the seam run on CUDA: the first GPU, or the emulator.
#include "host/backend/cuda_backend.hpp"
#include "tests/host/backend/backends.hpp"

namespace curb::testing {

std::vector<NamedBackend> backends() {
  return {{"cuda", [](std::string& why) -> std::unique_ptr<backend::Backend> {
             if (backend::cuda_devices(why).empty()) return nullptr;
             return backend::make_cuda_backend(0);
           }}};
}

}  // namespace curb::testing
