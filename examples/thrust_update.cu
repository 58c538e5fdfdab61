// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// thrust_update.cpp on a GPU.
#include "examples/gpu.hpp"
#include "examples/thrust_update.cpp"

int main() {
  skip_without_gpu();
  return run();
}
