/* Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0 */
/* CURB_API marks what libcurb exports; everything else in it is hidden. */
#ifndef CURB_EXPORT_H
#define CURB_EXPORT_H

#if defined(__GNUC__)
#define CURB_API __attribute__((visibility("default")))
#else
#define CURB_API
#endif

#endif
