#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Times whole training processes on MNIST: curb, PyTorch and scikit-learn in turn, by the wall
clock from outside, on the CPU. A peer that is not installed is left out by name.

Every process reads the same files, trains the same network for as many epochs with the same
settings and looks at the test images once; the accuracies are printed so that one can see that the
same was done. Medians and the ratio of medians to the fastest peer; PyTorch counts with as many
threads as suit it better."""

import argparse
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent

REGULARISED = {"l1": "1e-6", "l2": "1e-5", "max-norm": "3"}
CASES = {
    "784-100-10 batch 10": {"hidden": "100", "batch": "10", "epochs": "5",
                            "learning-rate": "0.01", **REGULARISED},
    "784-256-128-10 batch 128": {"hidden": "256,128", "batch": "128", "epochs": "5",
                                 "learning-rate": "0.05", **REGULARISED},
    "784-30-10 batch 10": {"hidden": "30", "batch": "10", "epochs": "5",
                           "learning-rate": "0.01", "l2": "1e-4"},
    "784-1024-1024-2048-10 batch 100": {"hidden": "1024,1024,2048", "batch": "100", "epochs": "1",
                                        "learning-rate": "0.05", "l2": "1e-5", "max-norm": "3"},
}
COMMON = {"momentum": "0.9", "seed": "1"}


def flags(settings):
    return [word for name, value in settings.items() for word in ("--" + name, value)]


def contestants(args, case):
    """From a name to a command and its number of threads."""
    settings = flags({**case, **COMMON})
    found = {"curb": ([args.curb, "train", "--data", f"mnist:{args.mnist}", "--quiet", "--json",
                       "--metrics-every", case["epochs"], *settings], args.threads)}
    for peer, module in (("pytorch", "torch"), ("sklearn", "sklearn")):
        version = subprocess.run([args.python, "-c", f"import {module}; print({module}.__version__)"],
                                 capture_output=True, text=True)
        if version.returncode != 0:
            print(f"left out: {module} is not installed for {args.python}", file=sys.stderr)
            continue
        for threads in sorted({1, args.threads}):
            command = [args.python, str(HERE / f"{peer}_mlp.py"), "--mnist", args.mnist,
                       "--threads", str(threads), *settings]
            found[f"{peer} {version.stdout.strip()}, {threads} threads"] = (command, threads)
    return found


def run(command, threads):
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads),
                       OPENBLAS_NUM_THREADS=str(threads))
    start = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    accuracy = re.search(r'"test_accuracy": ([0-9.]+)|^([0-9.]+)$', done.stdout, re.MULTILINE)
    return seconds, float(accuracy[1] or accuracy[2])


def measure(args, name):
    everyone = contestants(args, CASES[name])
    runs = {who: [] for who in everyone}
    for _ in range(args.runs):
        for who, (command, threads) in everyone.items():
            runs[who].append(run(command, threads))
    rows = {who: {"seconds": [round(s, 3) for s, _ in all_runs],
                  "median": round(statistics.median(s for s, _ in all_runs), 3),
                  "test_accuracy": all_runs[0][1]} for who, all_runs in runs.items()}
    print(name)
    for who, row in rows.items():
        print(f"  {who:32} {row['median']:8.2f} s   test accuracy {row['test_accuracy']:.4f}")
    peers = [row["median"] for who, row in rows.items() if who != "curb"]
    result = {"settings": {**CASES[name], **COMMON}, "runs": rows}
    if peers:
        result["ratio_to_best_peer"] = round(min(peers) / rows["curb"]["median"], 2)
        print(f"  curb is {result['ratio_to_best_peer']} times as fast as the faster peer", flush=True)
    return result


def processor():
    text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    found = re.search(r"model name\s*: (.*)", text)
    return found[1] if found else platform.processor()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--curb", default="build/cpu/host/cli/curb", help="the program")
    parser.add_argument("--mnist", required=True, help="folder of the four IDX files")
    parser.add_argument("--python", default=sys.executable, help="the one that has the peers")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--case", action="append", choices=CASES, help="default: all")
    parser.add_argument("--json", type=pathlib.Path, help="where the raw figures go")
    args = parser.parse_args()
    results = {name: measure(args, name) for name in args.case or CASES}
    if args.json:
        conditions = {"machine": f"{processor()}, {os.cpu_count()} processors",
                      "system": platform.platform(), "threads": args.threads, "runs": args.runs,
                      "command": "bench/peers/train_mnist.py"}
        args.json.write_text(json.dumps({"conditions": conditions, "cases": results}, indent=1) + "\n",
                             encoding="utf-8")


main()
