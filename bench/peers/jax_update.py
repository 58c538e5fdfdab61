#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""curb's benchmark steps as one writes them in JAX: an optimiser of optax, the regularisers after it,
all in one jitted function whose arrays are donated. Times are by the clock until the result is
ready, on a GPU too."""

import os
import sys
import time

try:
    import jax
    import jax.numpy as jnp
    import numpy
    import optax
    import updates
except ImportError as error:
    print(f"jax_update.py: {error}", file=sys.stderr)
    sys.exit(77)

from updates import (BETA1, BETA2, EPSILON, LEARNING_RATE, MOMENTUM, Absent, Gains, Step)


class JaxStep(Step):
    def __init__(self, case, weight, gradient, first, second):
        self.case = case
        self.gains = Gains()
        # Copies: what is donated must not be the caller's.
        self.parameter = jnp.array(weight)
        self.gradient = jnp.array(gradient)
        if case.optimizer == "adam":
            self.optimizer = optax.adamw(LEARNING_RATE, b1=BETA1, b2=BETA2, eps=EPSILON,
                                         weight_decay=case.decay)
        else:
            momentum = MOMENTUM if case.optimizer == "momentum" else None
            self.optimizer = optax.sgd(LEARNING_RATE, momentum=momentum)
        given = {"mu": first, "nu": second, "trace": first}
        self.state = jax.tree_util.tree_map_with_path(
            lambda path, leaf: jnp.array(given.get(getattr(path[-1], "name", None), leaf)),
            self.optimizer.init(self.parameter))
        self.compiled = jax.jit(self.whole_step, donate_argnums=(0, 2))

    def whole_step(self, weight, gradient, state, penalty_step, correction2):
        case = self.case
        change, state = self.optimizer.update(gradient, state, weight)
        weight = optax.apply_updates(weight, change)
        step = penalty_step
        if case.optimizer == "adam":
            step = LEARNING_RATE / (jnp.sqrt(state[0].nu / correction2) + EPSILON)
        if case.l1:
            weight = weight - jnp.clip(weight, -step * case.l1, step * case.l1)
        if case.l2:
            weight = weight / (1.0 + step * case.l2)
        if case.max_norm is not None:
            norm = jnp.sqrt(jnp.sum(weight * weight, axis=1, keepdims=True))
            weight = weight * jnp.minimum(case.max_norm / norm, 1.0)
        return weight, state

    def run(self):
        self.gains.advance()
        scalars = (numpy.float32(self.gains.step(self.case)),
                   numpy.float32(self.gains.corrections()[1]))
        start = time.perf_counter()
        self.parameter, self.state = jax.block_until_ready(
            self.compiled(self.parameter, self.gradient, self.state, *scalars))
        return time.perf_counter() - start

    def weight(self, rows):
        return numpy.asarray(self.parameter[:rows])


def open_device(name, threads):
    platform = "cpu" if name == "cpu" else "gpu"
    if name == "cpu":  # XLA takes as many threads as it may use processors
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, allowed[:threads])
    try:
        device = jax.devices(platform)[0]
    except RuntimeError as error:
        raise Absent(f"JAX sees no {name} device") from error
    jax.config.update("jax_default_device", device)
    return device.device_kind


def variants(*_):
    return {"jit": JaxStep}


if __name__ == "__main__":
    sys.exit(updates.main("jax", jax.__version__, open_device, variants))
