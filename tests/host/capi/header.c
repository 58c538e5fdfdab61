/* Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0 */
/* The C API's header before any other, as strict C99. */
#include <curb/curb.h>

int curb_header_compiles_as_c(void);
int curb_header_compiles_as_c(void) {
  curb_plan plan = CURB_PLAN_INIT;
  return (int)plan.internal[0] + CURB_VERSION_NUMBER;
}
