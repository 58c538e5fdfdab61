// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The C API's header before any other, as C++17.
#include <curb/curb.h>

int curb_header_compiles_as_cpp() {
  const curb_plan plan = CURB_PLAN_INIT;
  return static_cast<int>(plan.internal[0]) + CURB_VERSION_NUMBER;
}
