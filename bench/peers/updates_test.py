#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""The peers' steps without their libraries: CuPy's script runs to its end on a cupy that is numpy, a
wrong first step is found, and what is not installed is left out by name. Skips without numpy."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

try:
    import numpy
except ImportError as error:
    print(f"updates_test.py: {error}", file=sys.stderr)
    sys.exit(77)

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import updates  # noqa: E402

CUPY = """
import types
from numpy import *
from numpy import asarray as asnumpy

__version__ = "pretended"

def fuse():
    return lambda function: function

class Event:
    def record(self): pass
    def synchronize(self): pass

cuda = types.SimpleNamespace(
    Event=Event, get_elapsed_time=lambda start, stop: 1.0,
    runtime=types.SimpleNamespace(CUDARuntimeError=RuntimeError,
                                  getDeviceProperties=lambda index: {"name": b"Pretended GPU"}))
"""
CURB = """#!/bin/sh
for word; do case $word in --benchmark_out=*) out=${word#*=} ;; esac; done
echo '{"context": {"elements": "4096"}, "benchmarks": [
  {"name": "step/sgd/iterations:2/manual_time", "seconds": 0.002, "mean_magnitude": 0.05}]}' > "$out"
"""


class UpdatesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_script(self, name, *arguments, modules=()):
        for module, text in dict(modules).items():
            (self.folder / f"{module}.py").write_text(text, encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": str(self.folder)}
        return subprocess.run([sys.executable, "-B", HERE / name, *arguments], env=environment,
                              capture_output=True, text=True, check=False)

    def test_cupy_runs_every_case(self):
        done = self.run_script("cupy_update.py", "--tiny", modules={"cupy": CUPY})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        entries = json.loads(done.stdout)["benchmarks"]
        self.assertEqual([entry["name"] for entry in entries],
                         [f"cupy/{case}/fuse/4096" for case in updates.CASES])
        self.assertEqual({entry["seconds"] for entry in entries}, {1e-3})

    def test_a_wrong_first_step_is_found(self):
        wrong = CUPY.replace("lambda function: function",
                             "lambda function: lambda *a: 1.001 * function(*a)"
                             " if not isinstance(function(*a), tuple) else function(*a)")
        done = self.run_script("cupy_update.py", "--tiny", "--case", "sgd",
                               modules={"cupy": wrong})
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("not what the formulas say",
                      json.loads(done.stdout)["benchmarks"][0]["error_message"])

    def test_what_is_not_installed_is_left_out(self):
        for library in ("cupy", "jax", "torch"):
            done = self.run_script(f"{library}_update.py", "--tiny",
                                   modules={library: "raise ImportError('not here')"})
            self.assertEqual(done.returncode, updates.NOT_INSTALLED, library)
            self.assertIn(f"{library}_update.py: not here", done.stderr)

    def test_curb_alone_is_compared_with_nobody(self):
        curb = self.folder / "curb"
        curb.write_text(CURB, encoding="utf-8")
        curb.chmod(0o755)
        out = self.folder / "out.json"
        absent = "raise ImportError('not here')"
        done = self.run_script("compare_updates.py", "--curb", curb, "--rounds", "2", "--json", out,
                               modules={"torch": absent, "jax": absent})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("left out: torch is not installed", done.stderr)
        entries = json.loads(out.read_text(encoding="utf-8"))["benchmarks"]
        self.assertEqual([(entry["name"], entry["time_of_curb"]) for entry in entries],
                         [("peers/sgd/curb", 1.0)])

    def test_the_numbers_are_those_of_curb(self):
        weight, gradient, first, second = updates.arrays(2 * updates.COLUMNS)
        # SplitMix64 of 0 is e220a8397b1dcdaf (Vigna's splitmix64.c, seed 0).
        u = ((0xe220a8397b1dcdaf >> 41) + 0.5) * 2.0**-23
        self.assertAlmostEqual(float(weight[0, 0]), 0.1 * (2 * u - 1), places=8)
        self.assertTrue((numpy.sign(gradient[0]) == numpy.sign(weight[0])).all())
        self.assertTrue((numpy.sign(gradient[1]) == -numpy.sign(weight[1])).all())
        self.assertLess(abs(first).max(), 0.01)
        self.assertGreater(second.min(), 0.0)


if __name__ == "__main__":
    unittest.main()
