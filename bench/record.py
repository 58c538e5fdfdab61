#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Runs a benchmark and keeps its JSON with the conditions it was run under.

usage: record.py OUT.json PROGRAM [ARGUMENT...]

Adds to Google Benchmark's JSON: command, commit (with + when the tree differs from it), machine,
compiler, load_before and load_after (the machine's load averages: a figure taken while others used
it says so).
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path


def output_of(*command, directory=None):
    """What a command prints, stripped; None where it fails or does not exist."""
    try:
        return subprocess.run(command, cwd=directory, check=True, capture_output=True,
                              text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def commit_of(directory):
    commit = output_of("git", "rev-parse", "--short", "HEAD", directory=directory)
    if not commit:
        return "unknown"
    return commit + ("+" if output_of("git", "status", "--porcelain", directory=directory) else "")


def machine():
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        text = ""
    model = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    name = model[1] if model else os.uname().machine
    virtual = "virtual machine, " if re.search(r"^flags.*\bhypervisor\b", text, re.M) else ""
    return f"{virtual}{name}, {os.cpu_count()} cores"


def compiler_of(program):
    """What the program's compiler left in its .comment section."""
    text = output_of("readelf", "--string-dump=.comment", program) or ""
    names = re.findall(r"^\s*\[\s*[0-9a-f]+\]\s*(.+)$", text, re.MULTILINE)
    return names[-1].strip() if names else "unknown"


def record(out, program, arguments):
    before = os.getloadavg()
    result = subprocess.run([program, *arguments, f"--benchmark_out={out}",
                             "--benchmark_out_format=json"], check=False)
    if result.returncode != 0:
        return result.returncode
    measured = json.loads(Path(out).read_text(encoding="utf-8"))
    measured["context"].pop("host_name", None)
    measured["context"].pop("executable", None)
    kept = {
        "command": " ".join([Path(program).name, *arguments]),
        "commit": commit_of(Path(__file__).resolve().parent),
        "machine": machine(),
        "compiler": compiler_of(program),
        "load_before": [round(load, 2) for load in before],
        "load_after": [round(load, 2) for load in os.getloadavg()],
    }
    Path(out).write_text(json.dumps({**kept, **measured}, indent=1) + "\n", encoding="utf-8")
    return 0


def main(arguments):
    if len(arguments) < 2 or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    return record(arguments[0], arguments[1], arguments[2:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
