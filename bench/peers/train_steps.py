#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Training steps per second on a GPU: curb, PyTorch (eager; compiled, in a CUDA graph) and JAX (jit; a
whole epoch as one program) in turn, each in a process of its own, on the same random images. A peer
that is not to be had is left out by name.

Everyone has the data on the device, gathers shuffled batches, and makes the same update: momentum with
L2 and, in the cases called regularised, proximal L1 and max-norm. A first epoch is not counted for the
peers, who compile in it; curb prepares its steps before its clock starts. The losses are printed so
that one can see that the same was done.

With --tiny the same on sizes of which no time means anything."""

import argparse
import json
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
NOT_INSTALLED = 77  # of a peer, and of this script where there is no device for curb
NO_DEVICE = 4  # of curb

REGULARISED = {"l1": "1e-6", "l2": "1e-5", "max-norm": "3"}
SMALL = {"hidden": "100", "batch": "10", "epochs": "2"}
LARGE = {"hidden": "1024,1024,2048", "batch": "100", "epochs": "10"}
CASES = {"784-100-10 batch 10": {**SMALL, "l2": "1e-5"},
         "784-100-10 batch 10 regularised": {**SMALL, **REGULARISED},
         "784-1024-1024-2048-10 batch 100": {**LARGE, "l2": "1e-5"},
         "784-1024-1024-2048-10 batch 100 regularised": {**LARGE, **REGULARISED}}
ROWS, SIDE = 60000, 28
TINY_CASES = {"16-8-10 batch 4": {"hidden": "8", "batch": "4", "epochs": "2", **REGULARISED}}
TINY_ROWS, TINY_SIDE = 24, 4
COMMON = {"learning-rate": "0.05", "momentum": "0.9", "seed": "1"}
PEERS = {"PyTorch eager": ("torch_steps.py", "eager"),
         "PyTorch compiled": ("torch_steps.py", "compiled"),
         "JAX jit": ("jax_steps.py", "jit"),
         "JAX scan": ("jax_steps.py", "scan")}


def write_idx(path, sizes, values):
    header = bytes([0, 0, 8, len(sizes)]) + b"".join(n.to_bytes(4, "big") for n in sizes)
    path.write_bytes(header + values)


def make_data(folder, rows, side):
    source = random.Random(20261127)
    images, labels = folder / "images-idx3-ubyte", folder / "labels-idx1-ubyte"
    write_idx(images, (rows, side, side), source.randbytes(rows * side * side))
    write_idx(labels, (rows,), bytes(i % 10 for i in range(rows)))
    return images, labels


def flags(settings):
    return [word for name, value in settings.items() for word in ("--" + name, value)]


def contestants(args, settings, data):
    """From a name to a command."""
    images, labels = data
    common = flags({**settings, **COMMON, "precision": args.precision})
    found = {"curb": [args.curb, "train", "--data", f"idx:{images},{labels}", "--device", "cuda",
                      "--quiet", "--json", "--metrics-every", settings["epochs"], *common]}
    for name, (script, mode) in PEERS.items():
        found[name] = [args.python, HERE / script, "--images", images, "--labels", labels,
                       "--mode", mode, "--device", args.peers_device, *common]
    return found


def run(command, batch):
    """Steps per second and the training loss; nothing where it is not to be had."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode in (NOT_INSTALLED, NO_DEVICE):
        return None
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    said = json.loads(done.stdout)
    rate = said.get("steps_per_second") or said["samples_per_second"] / int(batch)
    return {"steps_per_second": rate, "train_loss": said["train_loss"],
            "version": said.get("version", "")}


def measure(args, name, settings, data):
    everyone = contestants(args, settings, data)
    runs = {who: [] for who in everyone}
    for _ in range(args.runs):
        for who, command in list(everyone.items()):
            result = run(command, settings["batch"])
            if result is None:
                print(f"left out: {who} is not to be had here", flush=True)
                del everyone[who], runs[who]
            else:
                runs[who].append(result)
    if "curb" not in runs:
        sys.exit(NOT_INSTALLED)
    print(f"{name}, {args.precision}")
    rows = {}
    for who, results in runs.items():
        rates = [result["steps_per_second"] for result in results]
        rows[who] = {"steps_per_second": rates, "median": statistics.median(rates),
                     "train_loss": results[0]["train_loss"], "version": results[0]["version"]}
        ratio = rows["curb"]["median"] / rows[who]["median"]
        beside = "" if who == "curb" else f"   curb is {ratio:.2f} times as fast"
        print(f"  {who:18}{rows[who]['median']:12.1f} steps/s   loss {rows[who]['train_loss']:.4f}"
              f"{beside}", flush=True)
    return {"settings": {**settings, **COMMON, "precision": args.precision}, "runs": rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--curb", default="build/gpu/host/cli/curb", help="the program")
    parser.add_argument("--python", default=sys.executable, help="the one that has the peers")
    parser.add_argument("--precision", choices=["fp32", "tf32", "bf16"], default="fp32")
    parser.add_argument("--peers-device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--json", type=pathlib.Path, help="where the raw figures go")
    args = parser.parse_args()
    cases = TINY_CASES if args.tiny else CASES
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        data = make_data(pathlib.Path(folder), *((TINY_ROWS, TINY_SIDE) if args.tiny
                                                 else (ROWS, SIDE)))
        for name, settings in cases.items():
            results[name] = measure(args, name, settings, data)
            if args.json:
                conditions = {"command": "bench/peers/train_steps.py", "runs": args.runs,
                              "tiny": args.tiny, "peers_device": args.peers_device}
                args.json.write_text(
                    json.dumps({"conditions": conditions, "cases": results}, indent=1) + "\n",
                    encoding="utf-8")


main()
