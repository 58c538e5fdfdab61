#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Writes the tables of measured figures into documents, and checks every figure they quote.

usage: tables.py [--write] FILE.md...

A table stands between `<!-- table NAME -->` and `<!-- end of table -->` and is made from the JSON
files beside this script. Without --write a table that differs from what would be written is an
error.

A figure in the text (1.2 times, 3x, 40 GB/s, 5 us, ...) is a link to the value that it rounds:
    [1.2](bench/results/host_update.json "update/sgd/off of_same_mix") times
The title names a benchmark and its counter or, in a file without benchmarks, the keys that lead to
the value. A figure that is no link, or not what its link says, is an error. Exits 1 on errors.
"""

import json
import re
import sys
from pathlib import Path

RESULTS = Path(__file__).resolve().parent
TABLE = re.compile(r"(<!-- table (?P<name>\w+) -->\n)(?P<body>.*?)(<!-- end of table -->)", re.DOTALL)
NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
# [1.2](path/NAME.json "keys that lead to it"), the unit inside the brackets or after them.
FOUNDED = re.compile(
    rf"\[(?P<number>{NUMBER})(?P<unit>[^\]]*)\]\(\S*?results/(?P<name>[\w-]+)\.json\s+"
    r"\"(?P<keys>[^\"]+)\"\)")
# A number and what makes it a figure of performance.
FIGURE = re.compile(
    rf"(?<![\w.,])(?P<number>{NUMBER})\s?"
    r"(?:times\b|x\b(?!\s?\d)|GB/s|TB/s|ns\b|us\b|µs|ms\b|of the plain loop's speed)")
CODE = re.compile(r"^(```.*?^```|    [^\n]*)", re.DOTALL | re.MULTILINE)


def load(name, folder=RESULTS):
    """A file's benchmarks: {name without its suffixes: counters}, in the file's order; the whole of a
    file that has none."""
    document = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    if "benchmarks" not in document:
        return document
    return {entry["name"].split("/iterations:")[0]: entry for entry in document["benchmarks"]}


def markdown(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def spread(entry, counter, bounds=("_low", "_high")):
    """The median and, in brackets, the quartiles."""
    low, high = (entry[counter + bound] for bound in bounds)
    return f"{entry[counter]:.2f} ({low:.2f} to {high:.2f})"


def host_update(entries):
    """The fused step on the CPU beside a plain loop."""
    rows = []
    for name, entry in entries.items():
        if not name.startswith("update/"):
            continue
        _, optimizer, stages = name.split("/")
        rows.append((optimizer, stages.replace("_", " "), f"{entry['bytes_per_parameter']:.0f}",
                     spread(entry, "of_same_mix"), f"{entry['time_of_off']:.2f}"))
    return markdown(("optimiser", "stages", "bytes per weight", "of the plain loop's speed",
                     "time of all stages off"), rows)


def host_unfused(entries):
    """The unfused step on the CPU beside the fused one."""
    rows = []
    for name, entry in entries.items():
        _, case, passes = name.split("/")
        rows.append((case.replace("_", " "), passes.replace("_", " "), f"{entry['passes']:.0f}",
                     f"{entry['unfused_bytes_per_parameter']:.0f}",
                     f"{entry['bytes_per_parameter']:.0f}",
                     f"{entry['bytes_of_fused']:.2f}", spread(entry, "time_of_fused")))
    return markdown(("step", "rival", "passes", "its bytes per weight", "fused", "ratio of bytes",
                     "ratio of times"), rows)


def host_peers(entries):
    """Single steps on the CPU in curb and in other libraries."""
    rows = []
    for name, entry in entries.items():
        _, case, way = name.split("/")
        of_curb = "1" if way == "curb" else spread(entry, "time_of_curb", ("_min", "_max"))
        rows.append((case.replace("_", " "), way.replace("_", " "),
                     f"{1e3 * entry['seconds']:.1f} ms", of_curb))
    return markdown(("step", "by", "time", "as a multiple of curb's"), rows)


def host_many(entries):
    """Many tensors in one plan on the CPU."""
    rows = []
    for name, entry in entries.items():
        rows.append((f"{int(name.split('/')[1]):,}", f"{entry['parameters']:,.0f}",
                     f"{1e3 * entry['seconds']:.3g} ms", f"{1e6 * entry['rebind_seconds']:.2g} us",
                     f"{1e3 * entry['plan_seconds']:.2g} ms", spread(entry, "of_same_mix")))
    return markdown(("tensors", "weights", "step", "rebinding all gradients", "making the plan",
                     "of one plain loop's speed"), rows)


def host_rows(entries):
    """Max-norm on the CPU by the length of a row or column."""
    rows = []
    for name, entry in entries.items():
        if not name.startswith("rows/"):
            continue
        _, incoming, length = name.split("/")
        rows.append((incoming.replace("_", " "), f"{int(length):,}",
                     entry.get("label", "").replace("_", " "), f"{entry['GB/s']:.1f}",
                     spread(entry, "time_of_off")))
    return markdown(("incoming weights", "length", "tier", "GB/s", "time without max-norm"), rows)


def host_storage(entries):
    """Momentum with elastic net on the CPU by how things are stored."""
    rows = []
    for name, entry in entries.items():
        if name.startswith("storage/"):
            rows.append((name.split("/")[1].replace("_", " "),
                         f"{entry['bytes_per_parameter']:.0f}", f"{entry['bytes_of_fp32']:.2f}",
                         spread(entry, "time_of_fp32")))
    return markdown(("storage", "bytes per weight", "ratio of bytes", "time of fp32"), rows)


def floors(entries):
    """The least time for a step of 2^26 weights on memories of three speeds."""
    speeds = (("50 GB/s", 50e9), ("1 TB/s", 1e12), ("4.8 TB/s", 4.8e12))
    rows = []
    for name, entry in entries.items():
        if not name.startswith("update/") or not name.endswith("/off"):
            continue
        optimizer = name.split("/")[1]
        size = entry["bytes_per_parameter"] * 2**26
        rows.append((optimizer, f"{entry['bytes_per_parameter']:.0f}", f"{size / 2**30:.2f} GiB",
                     *(f"{1e3 * size / speed:.3g} ms" for _, speed in speeds)))
    return markdown(("optimiser", "bytes per weight", "2^26 weights",
                     *(f"at {name}" for name, _ in speeds)), rows)


def training(document):
    """Whole training processes on the CPU, from bench/peers/train_mnist.py."""
    rows = []
    for name, case in document["cases"].items():
        curb = case["runs"]["curb"]["median"]
        for who, run in case["runs"].items():
            rows.append((name, who, f"{run['median']:.2f} s", f"{run['median'] / curb:.2f}",
                         f"{run['test_accuracy']:.4f}"))
    return markdown(("network", "by", "time", "as a multiple of curb's", "test accuracy"), rows)


def study(document):
    """Rows of settings beside what was published, from `curb reproduce --out`."""
    def by_seed(runs):
        if len(runs) > 5:
            figures = [run["figure"] for run in runs]
            return f"{len(runs)} seeds: {min(figures):.2f} to {max(figures):.2f}"
        return ", ".join(f"{run['figure']:.2f}" for run in runs)

    best = document["reading"] == "best epoch"
    published = any("published" in row for row in document["rows"])
    rows = []
    for row in document["rows"]:
        cells = [row["name"], by_seed(row["runs"]),
                 f"{row['mean']:.2f} ± {row['deviation']:.2f}"]
        if published:
            cells += [f"{row['published']:.2f}", f"{row['difference']:+.2f}",
                      f"{row['tolerance']:.2f}", row["verdict"]]
        if best:
            cells.append(f"{row['last_mean']:.2f} ± {row['last_deviation']:.2f}")
        rows.append((*cells, f"{row['seconds']:.1f} s"))
    head = [document["measure"], "by seed", "mean ± deviation"]
    head += ["published", "difference", "allowed", "verdict"] if published else []
    head += ["after the last epoch"] if best else []
    return markdown((*head, "time per run"), rows)


def irrelevant_inputs(document):
    """Test error against the number of irrelevant inputs, from `curb reproduce ng --out`."""
    def interval(estimate):
        return f"{estimate['mean']:.2f} ± {estimate['half_width']:.2f}"

    rows = [(f"{size['irrelevant']:,}", interval(size["l1"]), interval(size["l2"]))
            for size in document["sizes"]]
    growth = document["growth"]
    rows.append(("growth, in points", interval(growth["l1"]), interval(growth["l2"])))
    return markdown(("irrelevant inputs", "L1: test error in %", "L2: test error in %"), rows)


# Each with the file that it is made from.
TABLES = {"nielsen": (study, "reproduce_nielsen"),
          "srivastava_quick": (study, "reproduce_srivastava_quick"),
          "srivastava_quick_choice": (study, "reproduce_srivastava_quick_choice"),
          "ng": (irrelevant_inputs, "reproduce_ng"),
          "host_update": (host_update, "host_update"),
          "host_unfused": (host_unfused, "host_unfused"),
          "host_rows": (host_rows, "host_update"),
          "host_storage": (host_storage, "host_update"),
          "host_many": (host_many, "host_many"),
          "host_peers": (host_peers, "host_peers"),
          "training": (training, "train_mnist_cpu"),
          "floors": (floors, "host_update")}


def rewritten(text, folder=RESULTS):
    """The text with every table as the JSON files have it."""
    def replace(match):
        name = match["name"]
        if name not in TABLES:
            raise ValueError(f"no table is called {name}: {', '.join(TABLES)}")
        make, source = TABLES[name]
        return match[1] + make(load(source, folder)) + match[4]

    return TABLE.sub(replace, text)


def value_at(name, keys, folder=RESULTS):
    """The value that the keys lead to; lists are entered by their members' names or by position."""
    value = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    value = value.get("benchmarks", value)
    for key in keys.split():
        if isinstance(value, list):
            named = {entry["name"].split("/iterations:")[0]: entry
                     for entry in value if isinstance(entry, dict) and "name" in entry}
            value = named[key] if key in named else value[int(key)]
        else:
            value = value[key]
    return float(value)


def figure_errors(text, folder=RESULTS):
    """Yields (line, what is wrong) for the figures outside tables and code."""
    # What is taken out leaves its place, so that lines keep their numbers.
    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])

    prose = CODE.sub(blank, TABLE.sub(blank, text))
    found = []
    for match in FOUNDED.finditer(prose):
        number = match["number"].replace(",", "")
        decimals = len(number.partition(".")[2])
        try:
            value = value_at(match["name"], match["keys"], folder)
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            found.append((match.start(), f"{match['name']}.json has no `{match['keys']}`"))
            continue
        if f"{value:.{decimals}f}" != number:
            found.append((match.start(), f"{match['number']} is {value:.6g} in the results"))
    for match in FIGURE.finditer(FOUNDED.sub(blank, prose)):
        found.append((match.start(), f"`{' '.join(match[0].split())}` links to no result"))
    for start, what in sorted(found):
        yield prose.count("\n", 0, start) + 1, what


def check(path, write):
    """The errors of one document, as text."""
    text = path.read_text(encoding="utf-8")
    fresh = rewritten(text)
    if write and fresh != text:
        path.write_text(fresh, encoding="utf-8")
        text = fresh
    if fresh != text:
        old, new = text.splitlines(), fresh.splitlines()
        line = next((i for i, pair in enumerate(zip(old, new), 1) if pair[0] != pair[1]),
                    min(len(old), len(new)) + 1)
        yield f"{path}:{line}: the table is not what the results say; run tables.py --write"
    for line, what in figure_errors(text):
        yield f"{path}:{line}: {what}"


def main(arguments):
    write = "--write" in arguments
    paths = [Path(word) for word in arguments if word != "--write"]
    if not paths or any(str(path).startswith("-") for path in paths):
        print(__doc__, file=sys.stderr)
        return 2
    errors = [error for path in paths for error in check(path, write)]
    print("\n".join(errors) if errors else f"{len(paths)} documents agree with the results")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
