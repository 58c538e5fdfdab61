# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""The structs of curb._library are those of curb.h, and failures are exceptions. Needs no torch.

usage: library_test.py ABI_FILE   (the file that lists the C ABI)
"""

import ctypes
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from curb import _library, CurbError, version  # noqa: E402  (after the path)

STRUCT = re.compile(r"struct (\w+): (\d+) bytes\n((?:  .*\n)*)")
MEMBER = re.compile(r"  (\w+) at (\d+), (\d+) bytes")


class Layout(unittest.TestCase):
    abi_file = None

    def test_structs_are_those_of_the_header(self):
        structs = STRUCT.findall(Path(self.abi_file).read_text(encoding="utf-8"))
        compared = 0
        for name, size, members in structs:
            mirrored = getattr(_library, name, None)
            if mirrored is None:
                continue
            compared += 1
            self.assertEqual(ctypes.sizeof(mirrored), int(size), name)
            expected = [(m, int(offset), int(length))
                        for m, offset, length in MEMBER.findall(members)]
            fields = [(name, getattr(mirrored, name)) for name, _ in mirrored._fields_]
            found = [(name, field.offset, field.size) for name, field in fields]
            self.assertEqual(found, expected, name)
        self.assertEqual(compared, 7)


class Calls(unittest.TestCase):
    def test_version(self):
        self.assertEqual(version().split(".")[:2], [str(part) for part in _library.VERSION])

    def test_a_step(self):
        weight = (ctypes.c_float * 2)(1.0, 0.05)
        gradient = (ctypes.c_float * 2)(1.0, 0.0)
        hyperparameters = _library.curb_hyperparameters(learning_rate=0.5, l1=0.2)
        group = _library.curb_group(name=b"group", hyperparameters=ctypes.pointer(hyperparameters))
        tensor = _library.curb_tensor(name=b"weight", rows=1, columns=2,
                                      parameter=ctypes.addressof(weight))
        plan = _library.Plan([group], [tensor])
        plan.bind_gradients([ctypes.addressof(gradient)], None)
        plan.step(None)
        self.assertAlmostEqual(weight[0], 0.4, places=6)
        self.assertEqual(weight[1], 0.0)
        self.assertEqual(plan.export_state(None)[0].step, 1)

    def test_failures_name_the_argument(self):
        with self.assertRaisesRegex(CurbError, "at least one group") as caught:
            _library.Plan([], [])
        self.assertEqual(caught.exception.status, "CURB_INVALID_ARGUMENT")


if __name__ == "__main__":
    Layout.abi_file = sys.argv.pop(1)
    unittest.main()
