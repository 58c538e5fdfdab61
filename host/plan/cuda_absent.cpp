// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Stands where cuda_executor.cpp would in a build without CUDA.
#include "host/plan/executor.hpp"

namespace curb::plan {

std::unique_ptr<Executor> make_cuda_executor(const std::vector<Group>&, const std::vector<Tensor>&,
                                             const PlanOptions&, int) {
  throw NoDevice("this build of curb has no CUDA: configure with an nvcc on the PATH");
}

}  // namespace curb::plan
