#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Tests kernel_coverage.py on small trees."""

import contextlib
import io
import tempfile
import unittest
from pathlib import Path

import kernel_coverage

SOURCE = """
// __global__ void in_a_comment(int);
/* __global__ void in_a_block_comment(int); */
template <class T>
__global__ void plain(T* x) {}
__global__ __launch_bounds__(kThreads * (2 + 1),
                             f(kBlocks)) void bounded(float* x) {}
__global__ void __launch_bounds__(256) bounded_later(
    float* x) {}
static __global__ void plain(int) {}
"""


class KernelCoverage(unittest.TestCase):
    def run_on(self, source, logs):
        with tempfile.TemporaryDirectory() as root:
            kernels, log_dir = Path(root, "kernels"), Path(root, "log")
            (kernels / "deeper").mkdir(parents=True)
            log_dir.mkdir()
            (kernels / "deeper" / "a.cuh").write_text(source, encoding="utf-8")
            for name, text in logs.items():
                (log_dir / name).write_text(text, encoding="utf-8")
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                status = kernel_coverage.main([str(kernels), str(log_dir)])
            return status, output.getvalue()

    def test_every_kernel_in_some_log(self):
        status, output = self.run_on(
            SOURCE, {"one.log": "plain\nbounded\nplain\n", "two.log": "bounded_later\nelsewhere\n"})
        self.assertEqual(status, 0)
        self.assertEqual(output, "kernels executed on the emulator: 3 of 3\n")

    def test_a_kernel_in_no_log_fails_and_is_named(self):
        status, output = self.run_on(SOURCE, {"one.log": "plain\nbounded\n", "note.txt": "bounded_later\n"})
        self.assertEqual(status, 1)
        self.assertIn("a.cuh: no test executes bounded_later on the emulator", output)
        self.assertIn("kernels executed on the emulator: 2 of 3\n", output)

    def test_wrong_use_is_an_error(self):
        for arguments in ([], ["/nowhere", "/nowhere"]):
            with self.assertRaises(SystemExit) as failure:
                kernel_coverage.main(arguments)
            self.assertNotEqual(failure.exception.code, 0)


if __name__ == "__main__":
    unittest.main()
