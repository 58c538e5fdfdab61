#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Times single steps of curb and of other libraries on the CPU: the same tensors, of four times the
last-level cache, the same mathematics, one process of each library after the other.

Before anything counts, the first steps are compared: each library's with the formulas in double
precision, and the libraries' with each other. A peer that is not installed is left out by name. Of
each way to take a step: the median over the rounds of a process's median, and as a multiple of
curb's in the same round."""

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

import updates

HERE = pathlib.Path(__file__).resolve().parent
PEERS = ("torch", "jax")


def run(command, threads):
    """The process, finished; its stdout is text."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)


def run_curb(args):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out.json"
        done = run([args.curb, f"--threads={args.threads}", "--benchmark_filter=^step/",
                    f"--benchmark_out={out}", "--benchmark_out_format=json"], args.threads)
        if done.returncode != 0:
            sys.exit(f"{args.curb} ended with {done.returncode}")
        document = json.loads(out.read_text(encoding="utf-8"))
    entries = {entry["name"].split("/")[1]: entry for entry in document["benchmarks"]}
    return document["context"], {(case, "curb"): entry for case, entry in entries.items()}


def run_peer(args, peer, count):
    """What it measured, by case and way; None where it is not installed."""
    done = run([args.python, str(HERE / f"{peer}_update.py"), "--device", "cpu", "--threads",
                str(args.threads), "--count", str(count), "--iterations", "11"], args.threads)
    if done.returncode == updates.NOT_INSTALLED:
        return None, {}
    document = json.loads(done.stdout)
    found = {}
    for entry in document["benchmarks"]:
        library, case, way, _ = entry["name"].split("/")
        if entry.get("error_occurred"):
            print(f"left out: {entry['name']}: {entry['error_message']}", file=sys.stderr)
        else:
            found[case, f"{library} {way}"] = entry
    return document["context"], found


def check_equal(entries):
    """The libraries' first steps are each other's, up to fp32's roundings."""
    for (case, way), entry in entries.items():
        ours = entries[case, "curb"]["mean_magnitude"]
        if not abs(entry["mean_magnitude"] - ours) <= 1e-6 * ours:
            sys.exit(f"{case}: {way} and curb differ after one step: {entry['mean_magnitude']} and "
                     f"{ours}")


def summary(rounds):
    """An entry for each case and way, in the first round's order."""
    entries = []
    for case, way in rounds[0]:
        if not all((case, way) in one for one in rounds):
            continue
        seconds = [one[case, way]["seconds"] for one in rounds]
        ratios = [one[case, way]["seconds"] / one[case, "curb"]["seconds"] for one in rounds]
        entries.append({"name": f"peers/{case}/{way.replace(' ', '_')}", "rounds": seconds,
                        "seconds": statistics.median(seconds),
                        "time_of_curb": statistics.median(ratios),
                        "time_of_curb_min": min(ratios), "time_of_curb_max": max(ratios)})
    order = list(updates.CASES)
    return sorted(entries, key=lambda entry: order.index(entry["name"].split("/")[1]))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--curb", default="build/cpu/bench/update_bench", help="the program")
    parser.add_argument("--python", default=sys.executable, help="the one that has the peers")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=pathlib.Path, help="where the raw figures go")
    args = parser.parse_args()
    cpuinfo = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    processor = re.search(r"model name\s*: (.*)", cpuinfo)
    contexts = {}
    rounds = []
    load_before = os.getloadavg()
    for _ in range(args.rounds):
        contexts["curb"], entries = run_curb(args)
        for peer in PEERS:
            context, found = run_peer(args, peer, int(contexts["curb"]["elements"]))
            if context is None:
                print(f"left out: {peer} is not installed for {args.python}", file=sys.stderr)
                continue
            contexts[peer] = context
            entries.update(found)
        check_equal(entries)
        rounds.append(entries)
    for entry in summary(rounds):
        print(f"{entry['name']:58} {1e3 * entry['seconds']:8.2f} ms   {entry['time_of_curb']:5.2f} "
              f"of curb ({entry['time_of_curb_min']:.2f} to {entry['time_of_curb_max']:.2f})")
    if args.json:
        for context in contexts.values():
            for key in ("host_name", "executable"):
                context.pop(key, None)
        args.json.write_text(json.dumps(
            {"command": "bench/peers/compare_updates.py",
             "machine": f"{processor[1] if processor else 'unknown'}, {os.cpu_count()} processors",
             "rounds": args.rounds, "load_before": load_before, "load_after": os.getloadavg(),
             "contexts": contexts, "benchmarks": summary(rounds)}, indent=1) + "\n",
            encoding="utf-8")


if __name__ == "__main__":
    main()
