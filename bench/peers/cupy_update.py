#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""curb's benchmark steps as one writes them in CuPy: everything element-wise in one kernel made by
cupy.fuse, and max-norm as a reduction and one more pass. Times are those of CUDA events, the L2
cache displaced before each. On a GPU only."""

import sys

try:
    import cupy
    import updates
except ImportError as error:
    print(f"cupy_update.py: {error}", file=sys.stderr)
    sys.exit(77)

from updates import (BETA1, BETA2, EPSILON, LEARNING_RATE, MOMENTUM, Absent, Gains, Step)


@cupy.fuse()
def shrink(weight, step, l1, l2):
    threshold = step * l1
    weight = weight - cupy.minimum(cupy.maximum(weight, -threshold), threshold)
    return weight / (1.0 + step * l2)


@cupy.fuse()
def heavy_ball(weight, gradient, velocity, momentum, step, l1, l2):
    velocity = momentum * velocity + gradient
    return shrink(weight - LEARNING_RATE * velocity, step, l1, l2), velocity


@cupy.fuse()
def adamw(weight, gradient, first, second, correction1, correction2, decay, l1, l2):
    first = BETA1 * first + (1.0 - BETA1) * gradient
    second = BETA2 * second + (1.0 - BETA2) * gradient * gradient
    step = LEARNING_RATE / (cupy.sqrt(second / correction2) + EPSILON)
    weight = weight * (1.0 - LEARNING_RATE * decay) - step * (first / correction1)
    return shrink(weight, step, l1, l2), first, second


class CupyStep(Step):
    def __init__(self, case, *data):
        self.case = case
        self.gains = Gains()
        self.parameter, self.gradient, self.first, self.second = map(cupy.asarray, data)
        self.scratch = cupy.ones(2**26, dtype=cupy.float32)
        self.start, self.stop = cupy.cuda.Event(), cupy.cuda.Event()

    def step(self):
        self.gains.advance()
        case, f = self.case, cupy.float32
        if case.optimizer == "adam":
            self.parameter, self.first, self.second = adamw(
                self.parameter, self.gradient, self.first, self.second,
                *map(f, self.gains.corrections()), f(case.decay), f(case.l1), f(case.l2))
        elif case.optimizer == "momentum":
            self.parameter, self.first = heavy_ball(
                self.parameter, self.gradient, self.first, f(MOMENTUM), f(self.gains.step(case)),
                f(case.l1), f(case.l2))
        else:
            self.parameter = shrink(self.parameter - f(LEARNING_RATE) * self.gradient,
                                    f(LEARNING_RATE), f(case.l1), f(case.l2))
        if case.max_norm is not None:
            norm = cupy.sqrt((self.parameter * self.parameter).sum(axis=1, keepdims=True))
            self.parameter *= cupy.minimum(f(case.max_norm) / norm, f(1.0))

    def run(self):
        self.scratch.sum()  # more than the L2 cache holds
        self.start.record()
        self.step()
        self.stop.record()
        self.stop.synchronize()
        return 1e-3 * cupy.cuda.get_elapsed_time(self.start, self.stop)

    def weight(self, rows):
        return cupy.asnumpy(self.parameter[:rows])


def open_device(name, _):
    if name == "cpu":
        raise Absent("CuPy computes on GPUs only")
    try:
        return cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        raise Absent(f"CuPy sees no CUDA device: {error}") from error


def variants(*_):
    return {"fuse": CupyStep}


if __name__ == "__main__":
    sys.exit(updates.main("cupy", cupy.__version__, open_device, variants))
