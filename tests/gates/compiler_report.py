#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Assembles the kernels' PTX and holds ptxas' report, and the PTX's memory accesses, to limits.

usage: compiler_report.py --ptxas PTXAS --assemble ARCHITECTURE FILE.ptx... [--assemble ...]

  - No kernel spills registers or has a stack frame: a row held "in registers" that lives in local
    memory costs more than a second pass over the row.
  - No kernel uses more registers than REGISTERS allows it, with the reason there.
  - Where a thread moves quads, PTX has an access of 16 bytes for each of them (QUAD_ACCESSES): with
    4-byte accesses the kernels do not reach the bandwidth of the memory.

Prints a row per kernel and the seconds that ptxas took. Exits 1 when a limit is exceeded, and 77
(skipped) without arguments: there is no CUDA then.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import ptx

SKIPPED = 77

# A multiprocessor has 65,536 registers. Kernel (without template arguments): most registers per
# thread.
REGISTERS = {
    # 256 threads and 16-byte loads of every array in flight: two blocks must fit.
    "update_elements": 128,
    "update_mixed_elements": 128,
    # 512 threads, so that 128 is all there is; Adam holds 32 values of a row.
    "update_rows": 128,
    "update_long_rows": 128,
    "clamp_rows": 128,
    "clamp_long_rows": 128,
    # 256 threads. A column in registers: 16 elements (Adam: 32 values) beside 64-bit addresses that
    # are a leading dimension apart. One block of Adam fits (it would up to 255), two of the others.
    "update_columns": 168,
    "update_long_columns": 128,
    "clamp_columns": 80,
    # 256 threads with one or two arrays: four blocks must fit.
    "gradient_decay": 64,
    "l1_sign": 64,
    "shrink_weights": 64,
    "measure_gradients": 64,
    "collect_rows": 64,
    "collect_columns": 64,
    "add_statistics": 64,
    # A thread per group, or per pointer: their number is small, and so is what they cost.
    "advance_groups": 128,
    "advance_guarded_groups": 128,
    "write_hyperparameters": 64,
    "write_pointers": 64,
    # Of a network, 256 threads each: with at most 64 registers four blocks fit.
    "activate_with_bias": 64,
    "round_values": 64,
    "scale_by_slope": 64,
    "drop_elements": 64,
    "add_noise": 64,
    "add_losses": 64,
    # 512 and 128 threads.
    "add_columns": 64,
    "gather_batch": 64,
    "move_image_pixels": 64,
    "move_clock": 64,
}

# In those kernels a thread moves four quads of every array, in registers all at once.
QUADS_PER_THREAD = 4
STATES = {"Sgd": 0, "CumulativeSgd": 1, "Momentum": 1, "Adam": 2, "Adagrad": 1}
# Kernel: (arrays that are loaded, arrays that are stored), beside one of each per state.
QUAD_ACCESSES = {
    "update_elements": (2, 1),
    "update_rows": (2, 1),
    "clamp_rows": (1, 1),
    "gradient_decay": (2, 1),
    "l1_sign": (1, 1),
    "shrink_weights": (1, 1),
}

REPORT = re.compile(
    r"Compiling entry function '(?P<symbol>[^']+)'.*?"
    r"(?P<stack>\d+) bytes stack frame, (?P<stores>\d+) bytes spill stores, "
    r"(?P<loads>\d+) bytes spill loads.*?"
    r"Used (?P<registers>\d+) registers", re.DOTALL)
VECTOR = re.compile(r"v(\d)$")
BITS = re.compile(r"[a-z]+(\d+)$")


@dataclass
class Usage:
    """What ptxas reports of one kernel."""

    registers: int
    stack: int
    spilled: int


def parse_report(text):
    """{kernel: Usage} from what ptxas -v prints. The name is that of ptx.short_name."""
    return {ptx.short_name(match["symbol"]):
            Usage(int(match["registers"]), int(match["stack"]),
                  int(match["stores"]) + int(match["loads"]))
            for match in REPORT.finditer(text)}


def base_name(kernel):
    return kernel.split("<", 1)[0]


def usage_problems(kernel, usage):
    limit = REGISTERS.get(base_name(kernel))
    if limit is None:
        yield f"{kernel}: REGISTERS has no limit for it"
    elif usage.registers > limit:
        yield f"{kernel}: {usage.registers} registers, more than {limit}"
    if usage.stack:
        yield f"{kernel}: a stack frame of {usage.stack} bytes"
    if usage.spilled:
        yield f"{kernel}: {usage.spilled} bytes of spills"


def access_bytes(instruction):
    vector = [int(match[1]) for match in map(VECTOR.match, instruction.words) if match]
    bits = BITS.match(instruction.words[-1])
    return (vector[0] if vector else 1) * int(bits[1]) // 8 if bits else 0


def quad_accesses(function):
    """How many loads and stores of the function move 16 bytes or more."""
    return tuple(sum(instruction.words[0] == operation and access_bytes(instruction) >= 16
                     for instruction in function.instructions) for operation in ("ld", "st"))


def access_problems(function):
    expected = QUAD_ACCESSES.get(base_name(function.name))
    if expected is None:
        return
    states = 0
    if "<" in function.name:
        optimizer = function.name.split("<", 1)[1].rstrip(">").split(",")[0]
        if optimizer not in STATES:
            yield f"{function.name}: STATES does not know {optimizer}"
            return
        states = STATES[optimizer]
    for what, count, arrays in zip(("loads", "stores"), quad_accesses(function), expected):
        wanted = QUADS_PER_THREAD * (arrays + states)
        if count < wanted:
            yield f"{function.name}: {count} {what} of 16 bytes, fewer than {wanted}"


def assemble(ptxas, architecture, path):
    """(what ptxas -v prints, seconds). Raises CalledProcessError when it fails."""
    start = time.monotonic()
    result = subprocess.run([ptxas, f"-arch={architecture}", "-v", path, "-o", os.devnull],
                            check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return result.stdout, time.monotonic() - start


def check(functions, usages):
    """The problems of the kernels of one architecture."""
    problems = []
    for function in functions:
        usage = usages.get(function.name)
        if usage is None:
            problems.append(f"{function.name}: ptxas does not report it")
        else:
            problems += usage_problems(function.name, usage)
        problems += access_problems(function)
    for missing in sorted(REGISTERS.keys() - {base_name(function.name) for function in functions}):
        problems.append(f"{missing}: REGISTERS names it, but there is no such kernel")
    return problems


def report(ptxas, architecture, paths):
    """Prints the kernels' figures and their problems; returns the number of problems."""
    start = time.monotonic()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda path: assemble(ptxas, architecture, path), paths))
    wall = time.monotonic() - start
    functions, usages = [], {}
    for path, (text, _) in zip(paths, results):
        functions += ptx.parse(path.read_text(encoding="utf-8"))
        usages.update(parse_report(text))
    print(f"{architecture + ':':34} registers  16-byte loads  stores")
    for function in functions:
        loads, stores = quad_accesses(function)
        registers = usages[function.name].registers if function.name in usages else "-"
        print(f"  {function.name:32} {registers:9}  {loads:13}  {stores:6}")
    for path, (_, seconds) in zip(paths, results):
        print(f"  ptxas {path.name}: {seconds:.1f} s")
    problems = check(functions, usages)
    for line in problems:
        print(f"{architecture}: {line}")
    print(f"{architecture}: {len(functions)} kernels, {len(problems)} problems, "
          f"ptxas {wall:.1f} s\n")
    return len(problems)


def main(arguments):
    if not arguments:
        print("skipped: this build has no CUDA")
        return SKIPPED
    parser = argparse.ArgumentParser()
    parser.add_argument("--ptxas", required=True)
    parser.add_argument("--assemble", nargs="+", action="append", required=True,
                        metavar=("ARCHITECTURE", "FILE"))
    options = parser.parse_args(arguments)
    found = [report(options.ptxas, architecture, [Path(file) for file in files])
             for architecture, *files in options.assemble]
    return 1 if any(found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
