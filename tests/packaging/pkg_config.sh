#!/bin/sh
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
# Builds and runs the C program with the compiler and what pkg-config says, and nothing else.
# usage: pkg_config.sh CC LIBRARY_DIR WORK_DIR   (exits 77, skipped, without pkg-config)
set -eu
command -v pkg-config >/dev/null || { echo "no pkg-config here"; exit 77; }
export PKG_CONFIG_PATH="$2/pkgconfig"
mkdir -p "$3"
# shellcheck disable=SC2046  # flags are words
"$1" -std=c99 -Wall -Wextra -Werror -pedantic $(pkg-config --cflags curb) \
  "$(dirname "$0")/consumer/from_c.c" -o "$3/from_c" $(pkg-config --libs curb)
LD_LIBRARY_PATH="$2" "$3/from_c"
echo "curb $(pkg-config --modversion curb): built with '$(pkg-config --cflags --libs curb)'"
