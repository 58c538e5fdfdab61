# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""What the tests of curb.torch share."""

import csv
import functools
import sys
from pathlib import Path

try:
    import torch
except ImportError:
    print("skipped: no torch here")
    sys.exit(77)

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import curb.torch  # noqa: E402  (after the path)

torch.set_num_threads(1)  # the networks are small

# Each optimiser beside the one it takes the place of, with options that both have.
PAIRS = (
    ("SGD", dict(lr=0.05)),
    ("SGD", dict(lr=0.05, weight_decay=1e-3)),
    ("SGD", dict(lr=0.01, momentum=0.9, weight_decay=1e-3)),
    ("SGD", dict(lr=0.01, momentum=0.9, nesterov=True)),
    ("Adam", dict(lr=1e-3, weight_decay=1e-3)),
    ("AdamW", dict(lr=1e-3, betas=(0.8, 0.95))),
    ("Adagrad", dict(lr=1e-2, weight_decay=1e-3, initial_accumulator_value=0.1)),
    ("RMSprop", dict(lr=1e-3, alpha=0.9)),
)


@functools.lru_cache(maxsize=None)
def digits(count=256):
    """The first digits: pixels in [0, 1] and labels."""
    path = Path(__file__).resolve().parents[2] / "data" / "digits.csv"
    with path.open(encoding="utf-8") as file:
        rows = [[int(value) for value in row] for row in list(csv.reader(file))[1:count + 1]]
    pixels = torch.tensor([row[:-1] for row in rows], dtype=torch.float32) / 16
    return pixels, torch.tensor([row[-1] for row in rows])


def network(seed=0):
    torch.manual_seed(seed)
    return torch.nn.Sequential(
        torch.nn.Linear(64, 32), torch.nn.Tanh(), torch.nn.Linear(32, 10))


def train(model, optimizer, steps, after_step=lambda: None):
    """Full-batch steps, with fresh gradients each time."""
    pixels, labels = digits()
    for _ in range(steps):
        optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(model(pixels), labels).backward()
        optimizer.step()
        after_step()


def distance(model, other):
    """The largest difference between the parameters of two models."""
    return max((p - q).abs().max().item()
               for p, q in zip(model.parameters(), other.parameters()))


def same_bits(model, other):
    return all(torch.equal(p, q) for p, q in zip(model.parameters(), other.parameters()))
