#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Tells which kernels the tests executed on the emulator.

usage: kernel_coverage.py KERNELS_DIR LOG_DIR

Reads every __global__ function declared under KERNELS_DIR and the logs (*.log, one kernel name per
line) that emulated tests wrote to LOG_DIR. Exits 1 when a kernel is in no log.
"""

import re
import sys
from pathlib import Path

SUFFIXES = {".cu", ".cuh", ".hpp"}
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
PARENTHESES = r"\((?:[^()]|\([^()]*\))*\)"
KERNEL = re.compile(
    r"__global__\s+(?:(?:void|static|inline|__launch_bounds__\s*" + PARENTHESES + r")\s+)*"
    r"(\w+)\s*\(")


def declared_kernels(directory):
    """The names of the kernels, each with the file that declares it first."""
    found = {}
    for path in sorted(directory.rglob("*")):
        if path.suffix not in SUFFIXES:
            continue
        text = COMMENT.sub(" ", path.read_text(encoding="utf-8"))
        for match in KERNEL.finditer(text):
            found.setdefault(match.group(1), path)
    return found


def executed_kernels(directory):
    names = set()
    for log in directory.glob("*.log"):
        names.update(log.read_text(encoding="utf-8").split())
    return names


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__.split("\n\n")[1])
    kernels_dir, log_dir = map(Path, arguments)
    for directory in (kernels_dir, log_dir):
        if not directory.is_dir():
            sys.exit(f"kernel_coverage.py: {directory}: no such directory")
    declared = declared_kernels(kernels_dir)
    executed = executed_kernels(log_dir)
    missing = sorted(name for name in declared if name not in executed)
    for name in missing:
        print(f"{declared[name]}: no test executes {name} on the emulator")
    print(f"kernels executed on the emulator: {len(declared) - len(missing)} of {len(declared)}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
