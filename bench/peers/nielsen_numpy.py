#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""The rows of n = 50,000 of `curb reproduce nielsen` once more, in double with NumPy: what spread the
published recipe has by itself. Prints each seed's best test accuracy of 30 epochs and the last one."""

import argparse
import gzip
import json
import pathlib
import statistics

import numpy as np

ROWS, EPOCHS, BATCH, LEARNING_RATE = 50000, 30, 10, 0.5


def read(folder, name, header):
    with gzip.open(folder / f"{name}.gz") as file:
        return np.frombuffer(file.read(), dtype=np.uint8, offset=header)


def load(folder, part):
    images = read(folder, f"{part}-images-idx3-ubyte", 16).reshape(-1, 784) / 255.0
    return images, read(folder, f"{part}-labels-idx1-ubyte", 8)


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def train(seed, l2, images, targets, test_images, test_labels):
    """The test accuracy after each epoch, in percent."""
    random = np.random.RandomState(seed)
    b1, b2 = random.randn(30), random.randn(10)
    w1, w2 = random.randn(30, 784), random.randn(10, 30)
    keep, rate = 1.0 - LEARNING_RATE * l2, LEARNING_RATE / BATCH
    accuracies = []
    for _ in range(EPOCHS):
        order = random.permutation(ROWS)
        for first in range(0, ROWS, BATCH):
            rows = order[first:first + BATCH]
            x = images[rows]
            hidden = sigmoid(x @ w1.T + b1)
            delta2 = sigmoid(hidden @ w2.T + b2) - targets[rows]
            delta1 = (delta2 @ w2) * hidden * (1.0 - hidden)
            w2 = keep * w2 - rate * (delta2.T @ hidden)
            b2 = b2 - rate * delta2.sum(0)
            w1 = keep * w1 - rate * (delta1.T @ x)
            b1 = b1 - rate * delta1.sum(0)
        outputs = sigmoid(test_images @ w1.T + b1) @ w2.T + b2
        accuracies.append(100.0 * float((np.argmax(outputs, 1) == test_labels).mean()))
    return accuracies


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mnist", type=pathlib.Path, required=True, help="folder of the gzip files")
    parser.add_argument("--l2", type=float, default=1e-4)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(1, 10)))
    parser.add_argument("--json", type=pathlib.Path, help="where the raw figures go")
    args = parser.parse_args()
    images, labels = load(args.mnist, "train")
    test = load(args.mnist, "t10k")
    runs = []
    for seed in args.seeds:
        accuracies = train(seed, args.l2, images[:ROWS], np.eye(10)[labels[:ROWS]], *test)
        best = max(accuracies)
        runs.append({"seed": seed, "best": round(best, 2), "epoch": accuracies.index(best) + 1,
                     "last": round(accuracies[-1], 2)})
        print(runs[-1], flush=True)
    best = [run["best"] for run in runs]
    summary = {"mean": round(statistics.mean(best), 3), "deviation": round(statistics.stdev(best), 3)}
    print(summary)
    if args.json:
        args.json.write_text(json.dumps({"conditions": {"command": "bench/peers/nielsen_numpy.py",
                                                        "numpy": np.__version__, "l2": args.l2},
                                         **summary, "runs": runs}, indent=1) + "\n",
                             encoding="utf-8")


main()
