// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A rule in a loop of one's own.
#include <curb/rules/soft_threshold.hpp>

int main() {
  float weight[] = {1.0f, -0.1f, -1.0f};
  for (float& w : weight) w = curb::rules::soft_threshold(w, 0.25f);
  return weight[0] == 0.75f && weight[1] == 0.0f && weight[2] == -0.75f ? 0 : 1;
}
