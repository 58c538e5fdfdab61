#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Trains the two recipes of docs/training.md on the built-in digits, seeds 1 to 5, and writes the
accuracies after the last epoch and the zeros: bench/digits.py [PROGRAM] [--json FILE]."""

import argparse
import json
import pathlib
import statistics
import subprocess

RECIPES = {
    "sparse": "--hidden 512 --input-noise 0.3 --learning-rate 0.2 --batch 256 --l1 1e-4 "
              "--epochs 900 --metrics-every 100",
    "dense": "--hidden 256 --input-noise 0.3 --epochs 200",
}
SEEDS = range(1, 6)


def train(program, recipe, seed):
    command = [program, "train", "--data", "digits", "--device", "cpu", "--quiet", "--json",
               "--seed", str(seed), *recipe.split()]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def fraction_zero(layers):
    return sum(layer["zeros"] for layer in layers) / sum(layer["weights"] for layer in layers)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", nargs="?", default="build/quickstart/host/cli/curb")
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    info = json.loads(subprocess.run([args.program, "info", "--json"], capture_output=True,
                                     text=True, check=True).stdout)
    results = {"conditions": {"command": "bench/digits.py", **info}}
    for name, recipe in RECIPES.items():
        runs = [train(args.program, recipe, seed) for seed in SEEDS]
        accuracies = [round(run["test_accuracy"], 4) for run in runs]
        zeros = statistics.mean(fraction_zero(run["layers"]) for run in runs)
        results[name] = {"recipe": recipe, "test_accuracy": accuracies,
                         "mean": round(statistics.mean(run["test_accuracy"] for run in runs), 4),
                         "percent_zero": round(100 * zeros, 1),
                         "seconds": [round(run["seconds"], 2) for run in runs]}
        print(f"{name}: {accuracies}, mean {results[name]['mean']}, "
              f"{results[name]['percent_zero']} % zeros", flush=True)
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


main()
