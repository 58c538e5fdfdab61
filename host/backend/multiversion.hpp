// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// CURB_MULTIVERSION: a function that is compiled once per instruction set and chosen when the
// program starts. What it calls must be inlined into it. Every operation in the elementary
// functions is rounded by itself, so all versions give the same bits.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define CURB_MULTIVERSION \
  __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define CURB_MULTIVERSION
#endif
