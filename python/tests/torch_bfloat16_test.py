# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""bfloat16 parameters: with fp32 weights behind them they step as float32 parameters do."""

import copy
import unittest

from support import curb, torch

OPTIMIZERS = (("SGD", dict(lr=0.05)), ("SGD", dict(lr=0.05, momentum=0.9, nesterov=True)),
              ("Adam", dict(lr=1e-2)), ("AdamW", dict(lr=1e-2)), ("Adagrad", dict(lr=1e-2)),
              ("RMSprop", dict(lr=1e-3)))
SHAPES = ((8, 24), (8,))


def parameters(dtype, seed=0):
    torch.manual_seed(seed)
    return [torch.nn.Parameter(torch.randn(shape).bfloat16().to(dtype)) for shape in SHAPES]


def gradients(step):
    torch.manual_seed(1000 + step)
    return [torch.randn(shape).bfloat16() for shape in SHAPES]


def steps(optimizer, held, numbers):
    for number in numbers:
        for p, gradient in zip(held, gradients(number)):
            p.grad = gradient.to(p.dtype)
        optimizer.step()


def joined(high, low):
    """The float32 weight that a bfloat16 parameter and its remainder make up."""
    high = high.detach().view(torch.int16).int()
    bits = ((high - (low < 0).int()) << 16) | (low.int() & 0xffff)
    return bits.view(torch.float32)


def same(a, b):
    return all(torch.equal(x, y) for x, y in zip(a, b))


class WeightsBehind(unittest.TestCase):
    REGULARISERS = dict(l1=1e-3, l2=1e-2, l2_mode="prox", max_norm=4.0)

    def test_the_float32_weights_are_those_of_a_float32_run(self):
        for name, options in OPTIMIZERS:
            for storage in ("master", "remainder"):
                with self.subTest(name, storage=storage, **options):
                    full, half = parameters(torch.float32), parameters(torch.bfloat16)
                    make = getattr(curb.torch, name)
                    steps(make(full, **options, **self.REGULARISERS), full, range(20))
                    optimizer = make(half, **options, **self.REGULARISERS, bfloat16=storage)
                    steps(optimizer, half, range(20))
                    for p, q in zip(full, half):
                        beside = optimizer.state[q][storage]
                        behind = beside if storage == "master" else joined(q, beside)
                        self.assertTrue(torch.equal(behind, p.detach()))
                    self.assertFalse(same(half, parameters(torch.bfloat16)))

    def test_the_visible_weights_are_the_nearest(self):
        half = parameters(torch.bfloat16)
        optimizer = curb.torch.Adam(half, lr=1e-2, bfloat16="master")
        steps(optimizer, half, range(5))
        for q in half:
            self.assertTrue(torch.equal(q.detach(), optimizer.state[q]["master"].bfloat16()))

    def test_remainder_is_the_default_and_zeros_are_exact(self):
        half = parameters(torch.bfloat16)
        optimizer = curb.torch.Adam(half, lr=1e-2, l1=0.5)
        steps(optimizer, half, range(30))
        self.assertEqual(optimizer.state[half[0]]["remainder"].dtype, torch.int16)
        self.assertGreater(int((half[0] == 0).sum()), 10)


class Stochastic(unittest.TestCase):
    def test_steps_far_below_the_last_place_arrive_on_average(self):
        p = torch.nn.Parameter(torch.ones(200, 200, dtype=torch.bfloat16))
        optimizer = curb.torch.SGD([p], lr=1.0, bfloat16="stochastic")
        for _ in range(16):
            p.grad = torch.full_like(p, 2.0 ** -12)  # 1/16 of the place below 1
            optimizer.step()
        self.assertAlmostEqual(p.double().mean().item(), 1 - 16 * 2.0 ** -12, delta=2e-4)
        nearest = torch.nn.Parameter(torch.ones(200, dtype=torch.bfloat16))
        for _ in range(16):
            nearest.grad = torch.full_like(nearest, 2.0 ** -12)
            torch.optim.SGD([nearest], lr=1.0).step()
        self.assertEqual(nearest.double().mean().item(), 1.0)

    def test_the_numbers_drawn_are_the_seeds(self):
        def run(seed):
            half = parameters(torch.bfloat16)
            steps(curb.torch.SGD(half, lr=1e-3, bfloat16="stochastic", seed=seed), half, range(5))
            return half

        self.assertTrue(same(run(1), run(1)))
        self.assertFalse(same(run(1), run(2)))


class Saved(unittest.TestCase):
    def test_and_loaded_in_the_middle_gives_the_same_bits(self):
        for storage in ("master", "remainder", "stochastic"):
            for name, options in OPTIMIZERS:
                with self.subTest(name, storage=storage, **options):
                    options = dict(options, l1=1e-3, bfloat16=storage, seed=5, ema_decay=0.9)
                    make = getattr(curb.torch, name)
                    whole = parameters(torch.bfloat16)
                    expected = make(whole, **options)
                    steps(expected, whole, range(12))
                    halves = parameters(torch.bfloat16)
                    first = make(halves, **options)
                    steps(first, halves, range(5))
                    saved = copy.deepcopy(first.state_dict())
                    resumed = [torch.nn.Parameter(p.detach().clone()) for p in halves]
                    second = make(resumed)
                    second.load_state_dict(saved)
                    steps(second, resumed, range(5, 12))
                    self.assertTrue(same(whole, resumed))
                    for p, q in zip(whole, resumed):
                        averages = expected.state[p]["ema"], second.state[q]["ema"]
                        self.assertTrue(torch.equal(*averages))

    def test_torchs_bfloat16_states_are_widened(self):
        half = parameters(torch.bfloat16)
        theirs = torch.optim.Adam(half, lr=1e-2, foreach=False)
        steps(theirs, half, range(3))
        ours = curb.torch.Adam(half)
        ours.load_state_dict(theirs.state_dict())
        steps(ours, half, range(3, 5))
        self.assertEqual(ours.state[half[0]]["exp_avg_sq"].dtype, torch.float32)


class Velocity(unittest.TestCase):
    def test_of_bfloat16(self):
        full, half = parameters(torch.float32), parameters(torch.float32)
        options = dict(lr=0.01, momentum=0.9, l1=1e-3)
        optimizer = curb.torch.SGD(half, **options, momentum_dtype="bfloat16")
        steps(curb.torch.SGD(full, **options), full, range(20))
        steps(optimizer, half, range(20))
        self.assertEqual(optimizer.state[half[0]]["momentum_buffer"].dtype, torch.bfloat16)
        for p, q in zip(full, half):
            self.assertFalse(torch.equal(p, q))
            self.assertLess((p - q).abs().max().item(), 0.02)


if __name__ == "__main__":
    unittest.main()
