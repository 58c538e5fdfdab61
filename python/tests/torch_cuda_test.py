# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""What curb.torch asks of libcurb for CUDA tensors: device, stream, capture. With stand-ins, so
that it runs without a GPU: parameters that say they are on one, and plans that step on the CPU."""

import contextlib
import unittest
from types import SimpleNamespace
from unittest import mock

from support import curb, torch
from curb import _library

DEVICE = torch.device("cuda", 3)
STREAM = 0x5eed


class OnCuda(torch.nn.Parameter):
    """A parameter in the host's memory that says it is in a GPU's."""

    @property
    def device(self):
        return DEVICE


class NotingPlan(_library.Plan):
    """Steps on the CPU, and keeps what it was asked for."""

    made = []

    def __init__(self, groups, tensors, **options):
        self.options = dict(options)
        self.calls = []
        for option in ("device_kind", "device_index"):
            options.pop(option, None)
        super().__init__(groups, tensors, **options)
        if tensors:  # else the check of a group's settings, which is the CPU's business
            self.made.append(self)


def noting(name):
    def call(self, *arguments):
        self.calls.append((name, arguments[-1]))
        return original(self, *arguments[:-1], None)
    original = getattr(_library.Plan, name)
    setattr(NotingPlan, name, call)


for _name in ("bind_gradients", "set_hyperparameters", "step", "export_state", "import_state",
              "statistics"):
    noting(_name)


class Cuda(unittest.TestCase):
    def setUp(self):
        self.capturing = False
        NotingPlan.made = []
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        for patch in (
                mock.patch.object(_library, "Plan", NotingPlan),
                mock.patch("torch.cuda.current_stream", self.current_stream),
                mock.patch("torch.cuda.is_current_stream_capturing", lambda: self.capturing),
                mock.patch("torch.cuda.device", contextlib.nullcontext)):
            stack.enter_context(patch)

    def current_stream(self, device):
        self.assertEqual(device, DEVICE)
        return SimpleNamespace(cuda_stream=STREAM)

    def optimizer(self, **options):
        self.p = OnCuda(torch.ones(4, 6))
        self.gradient = torch.full((4, 6), 0.5)
        return curb.torch.SGD([self.p], lr=0.1, momentum=0.9, **options)

    def step(self, optimizer, gradient=None):
        self.p.grad = self.gradient if gradient is None else gradient
        optimizer.step()
        return [name for name, _ in NotingPlan.made[-1].calls]

    def test_the_plan_is_of_the_tensors_device_and_every_call_on_its_stream(self):
        optimizer = self.optimizer(l1=0.01)
        self.step(optimizer)
        optimizer.param_groups[0]["lr"] = 0.2
        self.step(optimizer)
        optimizer.state_dict()
        optimizer.statistics()
        plan, = NotingPlan.made
        self.assertEqual((plan.options["device_kind"], plan.options["device_index"]), (1, 3))
        self.assertEqual([name for name, _ in plan.calls],
                         ["import_state", "bind_gradients", "step", "set_hyperparameters", "step",
                          "export_state", "statistics"])
        self.assertEqual({stream for _, stream in plan.calls}, {STREAM})
        w = torch.nn.Parameter(torch.ones(4, 6))
        w.grad = self.gradient
        on_cpu = curb.torch.SGD([w], lr=0.1, momentum=0.9, l1=0.01)
        on_cpu.step()
        on_cpu.param_groups[0]["lr"] = 0.2
        on_cpu.step()
        self.assertTrue(torch.equal(w.data, self.p.data))

    def test_parameters_of_each_device_have_a_plan(self):
        p = OnCuda(torch.ones(2, 2))
        q = torch.nn.Parameter(torch.ones(2, 2))
        for w in (p, q):
            w.grad = torch.ones(2, 2)
        curb.torch.SGD([p, q], lr=0.5).step()
        self.assertEqual([plan.options.get("device_kind", 0) for plan in NotingPlan.made], [1, 0])
        self.assertEqual((p.data.unique().item(), q.data.unique().item()), (0.5, 0.5))

    def test_scale_and_found_inf_are_read_on_the_device(self):
        optimizer = self.optimizer()
        optimizer.grad_scale = torch.tensor(4.0)
        optimizer.found_inf = torch.tensor(0.0)
        self.step(optimizer)
        plan, = NotingPlan.made
        self.assertTrue(plan.options["found_inf"] and plan.options["loss_scale"])
        self.assertAlmostEqual(self.p[0, 0].item(), 1 - 0.1 * 0.5 / 4, places=6)
        optimizer.found_inf = torch.tensor(2.0)
        self.step(optimizer)
        self.assertAlmostEqual(self.p[0, 0].item(), 1 - 0.1 * 0.5 / 4, places=6)
        self.assertEqual(len(NotingPlan.made), 1)
        del optimizer.grad_scale, optimizer.found_inf
        self.step(optimizer)  # no scaler: a plan that looks at neither
        self.assertNotIn("found_inf", NotingPlan.made[-1].options)

    def test_a_captured_step_binds_its_gradients_and_so_does_every_one_after(self):
        optimizer = self.optimizer()
        self.assertEqual(self.step(optimizer), ["import_state", "bind_gradients", "step"])
        self.assertEqual(self.step(optimizer)[3:], ["step"], "the same gradient stays bound")
        self.capturing = True
        self.assertEqual(self.step(optimizer)[4:], ["bind_gradients", "step"])
        self.capturing = False
        self.assertEqual(self.step(optimizer)[6:], ["bind_gradients", "step"],
                         "a replay may have bound the graph's")

    def test_what_cannot_be_captured_is_refused(self):
        optimizer = self.optimizer()
        self.capturing = True
        with self.assertRaisesRegex(RuntimeError, "take a step"):
            self.p.grad = self.gradient
            optimizer.step()
        self.assertEqual(optimizer.state[self.p], {}, "nothing is made in the graph's memory")
        self.capturing = False
        self.step(optimizer)
        self.capturing = True
        optimizer.param_groups[0]["lr"] = 0.01
        with self.assertRaisesRegex(RuntimeError, "update_settings"):
            self.step(optimizer)

    def test_settings_reach_a_captured_step(self):
        optimizer = self.optimizer()
        self.step(optimizer)
        self.capturing = True
        self.step(optimizer)
        self.capturing = False
        optimizer.param_groups[0]["lr"] = 0.0
        optimizer.update_settings()
        plan, = NotingPlan.made
        self.assertEqual(plan.calls[-1], ("set_hyperparameters", STREAM))
        before = self.p.data.clone()
        plan.step(STREAM)  # as a replay does
        self.assertTrue(torch.equal(before, self.p.data))

    def test_a_plan_in_a_graph_outlives_its_replacement(self):
        optimizer = self.optimizer()
        self.step(optimizer)
        self.capturing = True
        self.step(optimizer)
        self.capturing = False
        optimizer.param_groups[0]["max_norm"] = 1.0  # a plan of another kind
        self.step(optimizer)
        first, second = NotingPlan.made
        self.assertIs(optimizer._captured[0]._plan, first)
        self.assertIs(optimizer._plans[DEVICE]._plan, second)


if __name__ == "__main__":
    unittest.main()
