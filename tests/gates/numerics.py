#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Holds the PTX of the kernels to the numerics contract: the same bits as on the host.

usage: numerics.py --own FILE.ptx... --default FILE.ptx...

--own was compiled with curb's flags (-fmad=false) and --default, the same sources, with nvcc's
own, as an embedder compiles them. In both
  - every instruction that rounds is add, sub, mul, fma, div, sqrt or rcp (what nvcc makes of 1 / x,
    with the same result), to nearest (.rn), in f32 or f64. One that names no rounding rounds to
    nearest as well, but ptxas may contract a mul and an add without .rn into one fma, and then the
    last bit depends on the compiler;
  - nothing is .approx or .full (divisions and roots that are not IEEE, exp2, rsqrt), .ftz (flushes
    subnormals, which the host keeps) or .sat;
  - a conversion that can round says .rn; widening f32 to f64 is exact;
  - nothing is called: the arithmetic of a function would be out of sight.
And both hold, kernel by kernel, the same numbers of each rounding instruction. nvcc forms no fma
under -fmad=false, so every fma is one that a rule wrote, and flags change nothing. (PTX has
division and square root as single instructions; ptxas expands them into correctly rounded
sequences whose inner fma is not the contract's business.)

Exits 1 when something is wrong, and 77 (skipped) without arguments: there is no CUDA then.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

import ptx

SKIPPED = 77

ROUNDS = {"add", "sub", "mul", "fma", "div", "rcp", "sqrt"}
TYPES = {"f32", "f64"}
# What handles floating values without rounding them.
EXACT = {"abs", "ld", "mov", "neg", "selp", "setp", "st"}
INEXACT_MODIFIERS = {"approx", "full", "ftz", "sat"}


def problem(instruction):
    """What is wrong with an instruction, or None."""
    operation, modifiers = instruction.words[0], instruction.words[1:]
    if operation == "call":
        return "calls a function"
    if not instruction.is_floating:
        return None
    bad = INEXACT_MODIFIERS.intersection(modifiers)
    if bad:
        return f"is .{min(bad)}"
    if operation in ROUNDS:
        if len(modifiers) == 2 and modifiers[0] == "rn" and modifiers[1] in TYPES:
            return None
        return "does not name its rounding as .rn.f32 or .rn.f64"
    if operation == "cvt":
        if modifiers == ("f64", "f32") or modifiers[0] == "rn":
            return None
        return "converts without .rn"
    if operation not in EXACT:
        return "is not known to be the same on the host"
    return None


def rounding_counts(function):
    """How often each instruction that can round stands in the function."""
    return Counter(instruction.name for instruction in function.instructions
                   if instruction.is_floating and instruction.words[0] in ROUNDS | {"cvt"})


def contract_violations(label, functions):
    for function in functions:
        lines = {}
        for instruction in function.instructions:
            what = problem(instruction)
            if what:
                lines.setdefault(f"{instruction.name} {what}", []).append(instruction.line)
        for what, where in lines.items():
            yield f"{label}:{where[0]}: {function.name}: {what} ({len(where)} times)"


def counts_by_kernel(functions):
    counts = {}
    for function in functions:
        counts.setdefault(function.name, Counter()).update(rounding_counts(function))
    return counts


def differences(own, default):
    """What the two compilations of the same kernels have not in common."""
    own, default = counts_by_kernel(own), counts_by_kernel(default)
    for name in sorted(own.keys() ^ default.keys()):
        yield f"{name}: compiled only with {'curb' if name in own else 'nvcc'}'s flags"
    for name in sorted(own.keys() & default.keys()):
        for operation in sorted(own[name].keys() | default[name].keys()):
            ours, theirs = own[name][operation], default[name][operation]
            if ours != theirs:
                yield (f"{name}: {ours} {operation} with curb's flags, "
                       f"{theirs} with nvcc's default")


def check(own, default):
    """`own` and `default`: {label: text of a PTX file}. Returns (problems, own's functions)."""
    problems, parsed = [], []
    for files in (own, default):
        functions = []
        for label, text in sorted(files.items()):
            here = ptx.parse(text)
            problems += contract_violations(label, here)
            functions += here
        parsed.append(functions)
    problems += differences(*parsed)
    if not parsed[0]:
        problems.append("there is no kernel in the PTX")
    return problems, parsed[0]


def read(paths):
    return {path.as_posix(): path.read_text(encoding="utf-8") for path in paths}


def main(arguments):
    if not arguments:
        print("skipped: this build has no CUDA")
        return SKIPPED
    parser = argparse.ArgumentParser()
    parser.add_argument("--own", nargs="+", type=Path, required=True)
    parser.add_argument("--default", nargs="+", type=Path, required=True)
    options = parser.parse_args(arguments)
    problems, functions = check(read(options.own), read(options.default))
    for line in problems:
        print(line)
    for function in functions:
        counts = rounding_counts(function)
        print(f"{function.name:32} " +
              " ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    print(f"{len(functions)} kernels, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
