// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The rules alone, in a loop of one's own: needs the headers and no library.
#include <cstdio>

#include "examples/penalised_step.hpp"

int main() {
  float weight[] = {1.0f, 0.1f, -0.05f, -2.0f};
  const float gradient[] = {3.0f, 0.5f, -0.01f, 0.0f};
  for (int i = 0; i < 4; ++i) weight[i] = penalised_step(weight[i], gradient[i], 0.125f, 0.5f);
  for (const float w : weight) std::printf("% .6f\n", static_cast<double>(w));
  return 0;
}
