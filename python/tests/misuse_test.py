# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Misuse of libcurb from Python is an exception that names the argument, and never a crash. Needs
no torch; in a sanitized build it runs under AddressSanitizer."""

import ctypes
import math
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from curb import _library, CurbError  # noqa: E402  (after the path)

COLUMNS = 4096


class Layer:
    """Options of a plan with nothing wrong, for a test to spoil."""

    def __init__(self):
        self.arrays = {name: (ctypes.c_float * COLUMNS)()
                       for name in ("weight", "velocity", "gradient")}
        self.hyperparameters = _library.curb_hyperparameters(momentum=0.9)
        self.group = _library.curb_group(
            name=b"hidden", optimizer=1, hyperparameters=ctypes.pointer(self.hyperparameters))
        self.tensor = _library.curb_tensor(
            name=b"weight", rows=1, columns=COLUMNS, parameter=self.address("weight"))
        self.tensor.state[0] = self.address("velocity")

    def address(self, name):
        return ctypes.addressof(self.arrays[name])

    def plan(self, **options):
        return _library.Plan([self.group], [self.tensor], **options)


class Misuse(unittest.TestCase):
    def refused(self, message, status="CURB_INVALID_ARGUMENT"):
        return self.assertRaisesRegex(CurbError, rf"{message}.*\({status}\)")

    def test_of_a_tensor(self):
        other = Layer()
        for message, member, value in (
                ("parameter is null", "parameter", None),
                ("name: is null", "name", None),
                ("a negative shape", "rows", -1),
                ("more elements than", "rows", 2 ** 62),
                ("group index 7", "group", 7),
                ("gradient_type: 9", "gradient_type", 9),
                ("storage: -1", "storage", -1),
                ("bfloat16 is null", "storage", 1),
                ("struct_size: 0", "struct_size", 0)):
            layer = Layer()
            setattr(layer.tensor, member, value)
            with self.subTest(message), self.refused(message):
                layer.plan()
        layer = Layer()
        layer.tensor.parameter = layer.address("velocity") + 8
        with self.refused(r"'weight' \(state\[0\]\): overlaps tensor 'weight' \(parameter\)"):
            layer.plan()
        layer.tensor.parameter = other.address("weight") + 1
        with self.refused("not aligned"):
            layer.plan()

    def test_of_hyperparameters(self):
        for name in ("learning_rate", "momentum", "l1", "l2", "weight_decay", "group_lasso",
                     "max_norm", "gradient_scale", "ema_decay"):
            layer = Layer()
            plan = layer.plan()
            setattr(layer.hyperparameters, name, math.nan)
            with self.subTest(name), self.refused(f"'hidden'.*{name}"):
                plan.set_hyperparameters(0, layer.hyperparameters, None)
            with self.subTest(name), self.refused(f"'hidden'.*{name}"):
                layer.plan()

    def test_of_gradients(self):
        layer = Layer()
        plan = layer.plan()
        for message, address in (
                ("is null", None),
                (r"overlaps tensor 'weight' \(parameter\)", layer.address("weight")),
                (r"overlaps tensor 'weight' \(state\[0\]\)", layer.address("velocity") + 4),
                ("not aligned", layer.address("gradient") + 2)):
            with self.subTest(message), self.refused(message):
                plan.bind_gradients([address], None)
        with self.refused("no gradients have been bound"):
            plan.step(None)
        with self.refused("count"):
            _library.call("curb_plan_bind_gradients", plan._handle, plan._gradients, 2, None)

    def test_of_devices(self):
        with self.refused("CUDA", "CURB_NO_DEVICE"):
            Layer().plan(device_kind=1, device_index=9999)
        with self.refused("device_kind: 5"):
            Layer().plan(device_kind=5)

    def test_of_a_freed_plan(self):
        plan = Layer().plan()
        _library.call("curb_plan_destroy", plan._handle)
        for use in (lambda: plan.step(None), lambda: plan.bind_gradients([None], None),
                    lambda: plan.export_state(None), lambda: plan.statistics(None),
                    lambda: _library.call("curb_plan_destroy", plan._handle)):
            with self.refused("destroyed already", "CURB_INVALID_PLAN"):
                use()

    def test_of_null_pointers(self):
        with self.refused("plan: is null", "CURB_INVALID_PLAN"):
            _library.call("curb_plan_step", None, None)
        with self.refused("options: is null"):
            _library.call("curb_plan_create", _library.curb_plan(), None)
        plan = Layer().plan()
        with self.refused("value: is null"):
            _library.call("curb_plan_set_hyperparameters", plan._handle, 0, None, None)

    def test_of_one_plan_by_two_threads(self):
        layer = Layer()
        layer.hyperparameters.learning_rate = 0.0
        plan = layer.plan()
        plan.bind_gradients([layer.address("gradient")], None)
        met, unexpected = threading.Event(), []

        def work():
            for _ in range(200_000):
                if met.is_set():
                    return
                try:
                    plan.step(None)
                except CurbError as error:
                    if error.status != "CURB_BUSY" or "another thread" not in str(error):
                        unexpected.append(error)
                    met.set()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(unexpected, [])
        self.assertTrue(met.is_set(), "the two never met")
        plan.step(None)


if __name__ == "__main__":
    unittest.main()
