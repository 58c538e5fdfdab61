#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""curb's benchmark steps as one writes them in PyTorch: its optimisers (eager, foreach, fused), then
a pass or more for each regulariser; the whole step compiled by torch.compile; and, on a GPU, the
fused optimiser's step replayed as a CUDA graph."""

import sys
import time

try:
    import torch
    import updates
except ImportError as error:
    print(f"torch_update.py: {error}", file=sys.stderr)
    sys.exit(77)

from updates import (BETA1, BETA2, EPSILON, LEARNING_RATE, MOMENTUM, Absent, Gains, Step)


class TorchStep(Step):
    """Times what `step` does."""

    def __init__(self, device, case, weight, gradient, first, second):
        self.device = device
        self.case = case
        self.gains = Gains()
        to = lambda array: torch.from_numpy(array.copy()).to(device)
        self.tensors = [to(weight), to(gradient), to(first), to(second)]
        self.scratch = torch.rand(2**26, device=device) if device == "cuda" else None

    def weight(self, rows):
        return self.tensors[0].detach()[:rows].cpu().numpy().copy()

    def run(self):
        if self.device == "cpu":
            start = time.perf_counter()
            self.step()
            return time.perf_counter() - start
        self.scratch.sum()  # more than the L2 cache holds
        start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        self.step()
        stop.record()
        stop.synchronize()
        return 1e-3 * start.elapsed_time(stop)


class Optimizer(TorchStep):
    """torch.optim, and what it lacks in passes of their own."""

    def __init__(self, extra, *arguments):
        super().__init__(*arguments)
        case = self.case
        weight, gradient, first, second = self.tensors
        self.parameter = torch.nn.Parameter(weight)
        self.parameter.grad = gradient
        self.tensors[0] = self.parameter
        if case.optimizer == "adam":
            self.optimizer = torch.optim.AdamW([self.parameter], lr=LEARNING_RATE, eps=EPSILON,
                                               betas=(BETA1, BETA2), weight_decay=case.decay,
                                               **extra)
            on = {"device": weight.device} if extra.get("fused") or extra.get("capturable") else {}
            self.optimizer.state[self.parameter] = {
                "step": torch.zeros((), **on), "exp_avg": first, "exp_avg_sq": second}
        else:
            extra = {key: value for key, value in extra.items() if key != "capturable"}
            momentum = MOMENTUM if case.optimizer == "momentum" else 0.0
            self.optimizer = torch.optim.SGD([self.parameter], lr=LEARNING_RATE, momentum=momentum,
                                             **extra)
            if momentum:
                self.optimizer.state[self.parameter] = {"momentum_buffer": first}

    @torch.no_grad()
    def step(self):
        self.optimizer.step()
        self.gains.advance()
        case, weight = self.case, self.parameter
        if case.optimizer == "adam":
            if case.l1 or case.l2:
                second = self.optimizer.state[weight]["exp_avg_sq"]
                step = second / self.gains.corrections()[1]
                step.sqrt_().add_(EPSILON).reciprocal_().mul_(LEARNING_RATE)
                threshold = step * case.l1
                weight.sub_(torch.minimum(torch.maximum(weight, -threshold), threshold))
                if case.l2:
                    weight.div_(step.mul_(case.l2).add_(1.0))
        else:
            step = self.gains.step(case)
            if case.l1:
                weight.copy_(torch.nn.functional.softshrink(weight, step * case.l1))
            if case.l2:
                weight.mul_(1.0 / (1.0 + step * case.l2))
        if case.max_norm is not None:
            norm = torch.linalg.vector_norm(weight, dim=1, keepdim=True)
            weight.mul_((case.max_norm / norm).clamp_(max=1.0))


class Replayed(Optimizer):
    """The same step captured once. Its scalars stay those of the step that was captured, which
    costs nothing and saves a copy to the device: kind to PyTorch."""

    def __init__(self, extra, *arguments):
        super().__init__({**extra, "capturable": True}, *arguments)
        self.graph = None

    def run(self):
        if self.graph is None:  # the first step is checked; the next is captured
            seconds = super().run()
            self.graph = torch.cuda.CUDAGraph()
            eager = super().step
            with torch.cuda.graph(self.graph):
                eager()
            return seconds
        return super().run()

    def step(self):
        if self.graph is None:
            super().step()
        else:
            self.graph.replay()


def whole_step(case, weight, gradient, first, second, penalty_step, correction1, correction2):
    """All of it as one function for the compiler; the scalars are tensors, or each new value would
    be compiled anew."""
    step = LEARNING_RATE
    direction = gradient
    if case.optimizer == "momentum":
        direction = first.mul_(MOMENTUM).add_(gradient)
        step = penalty_step
    new = weight * (1.0 - LEARNING_RATE * case.decay)
    if case.optimizer == "adam":
        first.mul_(BETA1).add_(gradient, alpha=1.0 - BETA1)
        second.mul_(BETA2).addcmul_(gradient, gradient, value=1.0 - BETA2)
        step = LEARNING_RATE / ((second / correction2).sqrt() + EPSILON)
        new = new - step * (first / correction1)
    else:
        new = new - LEARNING_RATE * direction
    if case.l1:
        threshold = step * case.l1
        new = new - torch.minimum(torch.maximum(new, -threshold), threshold)
    if case.l2:
        new = new / (1.0 + step * case.l2)
    if case.max_norm is not None:
        norm = (new * new).sum(dim=1, keepdim=True).sqrt()
        new = new * (case.max_norm / norm).clamp(max=1.0)
    weight.copy_(new)


class Compiled(TorchStep):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.compiled = torch.compile(whole_step)

    @torch.no_grad()
    def step(self):
        self.gains.advance()
        scalars = (self.gains.step(self.case), *self.gains.corrections())
        self.compiled(self.case, *self.tensors,
                      *(torch.tensor(value, device=self.device) for value in scalars))


def open_device(name, threads):
    if name == "cpu":
        torch.set_num_threads(threads)
        return "cpu"
    if not torch.cuda.is_available():
        raise Absent("PyTorch sees no CUDA device")
    return torch.cuda.get_device_name()


def variants(device, _):
    def optimizer(kind, **extra):
        return lambda *arguments: kind(extra, device, *arguments)

    found = {"eager": optimizer(Optimizer, foreach=False),
             "foreach": optimizer(Optimizer, foreach=True),
             "fused": optimizer(Optimizer, fused=True),
             "compiled": lambda *arguments: Compiled(device, *arguments)}
    if device == "cuda":
        found["fused_graph"] = optimizer(Replayed, fused=True)
    return found


if __name__ == "__main__":
    sys.exit(updates.main("torch", torch.__version__, open_device, variants))
