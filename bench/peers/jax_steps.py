#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Training steps in JAX, with the data on the device: `jit`, one compiled step after the other, and
`scan`, an epoch of them as one program. Exits with 77 where there is no JAX, or no device for it."""

import os
import sys

import steps

try:
    import jax
    import jax.numpy as jnp
except ImportError as error:
    print(f"jax_steps.py: {error}", file=sys.stderr)
    sys.exit(steps.NOT_INSTALLED)

MATMULS = {"fp32": "float32", "tf32": "tensorfloat32", "bf16": "bfloat16"}


class Training:
    def __init__(self, args):
        self.args = args
        images, labels = steps.read(args)
        self.images, self.labels = jnp.asarray(images), jnp.asarray(labels)
        self.key = jax.random.key(args.seed)
        sizes = [images.shape[1], *args.hidden, 10]
        layers = []
        for fan_in, fan_out in zip(sizes, sizes[1:]):
            self.key, key = jax.random.split(self.key)
            weight = jax.random.normal(key, (fan_in, fan_out)) * (2 / fan_in) ** 0.5
            layers.append((weight, jnp.zeros(fan_out)))
        self.state = layers, jax.tree.map(jnp.zeros_like, layers)
        # The data are an argument: what is closed over becomes a constant of the program.
        self.jit_step = jax.jit(self.step, donate_argnums=0)
        self.jit_epoch = jax.jit(
            lambda state, data, order: jax.lax.scan(
                lambda s, index: (self.step(s, data, index), None), state, order)[0],
            donate_argnums=0)
        self.draw = jax.jit(
            lambda key: jax.random.permutation(key, len(images)).reshape(-1, args.batch))

    @staticmethod
    def loss(layers, x, labels):
        for weight, bias in layers[:-1]:
            x = jax.nn.relu(x @ weight + bias)
        weight, bias = layers[-1]
        log_probabilities = jax.nn.log_softmax(x @ weight + bias)
        return -jnp.take_along_axis(log_probabilities, labels[:, None], axis=1).mean()

    def step(self, state, data, index):
        args = self.args
        layers, velocity = state
        gradients = jax.grad(self.loss)(layers, data[0][index], data[1][index])

        def update(parameter, velocity, gradient):
            is_weight = parameter.ndim > 1
            if is_weight:
                gradient = gradient + args.l2 * parameter
            velocity = args.momentum * velocity + gradient
            parameter = parameter - args.learning_rate * velocity
            if is_weight and args.threshold > 0:
                parameter = jnp.sign(parameter) * jnp.maximum(
                    jnp.abs(parameter) - args.threshold, 0)
            if is_weight and args.max_norm < float("inf"):
                norms = jnp.linalg.norm(parameter, axis=0)
                parameter = parameter * jnp.minimum(1, args.max_norm / jnp.maximum(norms, 1e-30))
            return parameter, velocity

        updated = jax.tree.map(update, layers, velocity, gradients)
        return jax.tree.transpose(jax.tree.structure(layers), jax.tree.structure((0, 0)), updated)

    def run_epoch(self):
        self.key, key = jax.random.split(self.key)
        order = self.draw(key)
        data = self.images, self.labels
        if self.args.mode == "scan":
            self.state = self.jit_epoch(self.state, data, order)
            return
        for index in order:
            self.state = self.jit_step(self.state, data, index)

    def mean_loss(self):
        return self.loss(self.state[0], self.images, self.labels)


def main():
    args = steps.arguments(__doc__, ["jit", "scan"])
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    jax.config.update("jax_default_matmul_precision", MATMULS[args.precision])
    try:
        device = jax.devices("gpu" if args.device == "cuda" else "cpu")[0]
    except RuntimeError as error:
        print(f"jax_steps.py: {error}", file=sys.stderr)
        sys.exit(steps.NOT_INSTALLED)
    with jax.default_device(device):
        training = Training(args)
        steps.report(args, len(training.images), training.run_epoch,
                     lambda: jax.block_until_ready(training.state), training.mean_loss,
                     f"JAX {jax.__version__}")


main()
