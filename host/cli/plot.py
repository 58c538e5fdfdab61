#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""What `curb plot RUN... [--out FOLDER]` runs: pictures of runs, and one HTML page that holds them.

Needs NumPy and matplotlib, and nothing else beyond the standard library. Exit codes are those of
curb: 2 for a mistake on the command line, 3 for a folder that is no run; and 69 where a package is
missing."""

import argparse
import base64
import html
import io
import json
import math
import os
import struct
import sys
import tempfile
import tomllib
from pathlib import Path

UNAVAILABLE = 69  # EX_UNAVAILABLE of sysexits.h, as 70 is its EX_SOFTWARE
ROWS = {"data": ("training", "-"), "validation": ("validation", "--"), "test": ("test", ":")}
MOST_NEURONS = 64


class Problem(Exception):
    """A file that cannot be used; the message names it."""


def read_metrics(path):
    """The reports of each member of a committee (or of the one network), as {member: [report]}."""
    reports = {}
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines, start=1):
        if not line or number == len(lines):  # the run may be at work, and a last line unfinished
            continue
        try:
            report = json.loads(line)
            reports.setdefault(report.get("member", 0), []).append(report)
            report["epoch"], report["data_loss"], report["layers"]
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise Problem(f"{path}:{number}: this is no report of a run: {error!r}") from None
    return reports


def read_safetensors(path, numpy):
    """{name: array} of a file of fp32 tensors."""
    data = path.read_bytes()
    try:
        (length,) = struct.unpack_from("<Q", data)
        header = json.loads(data[8:8 + length])
        header.pop("__metadata__", None)
        tensors = {}
        for name, entry in header.items():
            first, last = entry["data_offsets"]
            values = numpy.frombuffer(data[8 + length:][first:last], "<f4")
            tensors[name] = values.reshape(entry["shape"])
        return tensors
    except (struct.error, ValueError, KeyError, TypeError) as error:
        raise Problem(f"{path}: this is no file of fp32 tensors: {error}") from None


class Run:
    """What a folder says of its run."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.name = self.folder.resolve().name
        for name in ("config.toml", "metrics.jsonl"):
            if not (self.folder / name).is_file():
                raise Problem(f"{folder}: this is no folder of a run: {name} is missing")
        try:
            self.settings = tomllib.loads((self.folder / "config.toml").read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Problem(f"{self.folder / 'config.toml'}: {error}") from None
        self.members = read_metrics(self.folder / "metrics.jsonl")
        if not self.members:
            raise Problem(f"{self.folder / 'metrics.jsonl'}: there is no report yet")
        self.weights = []  # of the first member, once the run is over; see read_weights

    def read_weights(self, numpy):
        path = self.folder / "model.safetensors"
        if not path.is_file():
            return
        tensors = read_safetensors(path, numpy)
        prefix = "members.0." if "members.0.layers.0.weight" in tensors else ""
        while (name := f"{prefix}layers.{len(self.weights)}.weight") in tensors:
            self.weights.append(tensors[name])

    def curves(self, key):
        """For each member its epochs and the values called `key`; nothing where it has none."""
        for reports in self.members.values():
            known = [report for report in reports if key in report]
            if known:
                yield ([report["epoch"] for report in known],
                       [math.nan if report[key] is None else report[key] for report in known])

    def layer_curves(self, key):
        """For each layer the epochs and values of the first member."""
        reports = next(iter(self.members.values()))
        for layer in range(len(reports[0]["layers"])):
            yield ([report["epoch"] for report in reports],
                   [report["layers"][layer][key] for report in reports])


class Plotter:
    """Draws; each method gives a figure, or None where there is nothing to draw."""

    def __init__(self, runs, pyplot, numpy):
        self.runs = runs
        self.pyplot = pyplot
        self.numpy = numpy

    def curves(self, quantity, label):
        """One curve for each run, member and set of rows."""
        figure, axes = self.pyplot.subplots(figsize=(7, 4.2), layout="constrained")
        drawn = []
        for index, run in enumerate(self.runs):
            for number, (rows, (rows_name, style)) in enumerate(ROWS.items()):
                name = f"{run.name}, {rows_name}" if len(self.runs) > 1 else rows_name
                colour = index if len(self.runs) > 1 else number
                for epochs, values in run.curves(f"{rows}_{quantity}"):
                    axes.plot(epochs, values, style, color=f"C{colour}", label=name,
                              marker="." if len(epochs) == 1 else None,
                              alpha=1 if len(run.members) == 1 else 0.5)
                    drawn += values
                    name = None  # one entry in the legend for all members
        if not drawn:
            self.pyplot.close(figure)
            return None
        axes.set(xlabel="epoch", ylabel=label)
        if quantity == "loss" and all(value > 0 for value in drawn if value == value):
            axes.set_yscale("log")
        axes.grid(alpha=0.3)
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), fontsize="small")
        return figure

    def loss(self):
        return self.curves("loss", "mean loss")

    def accuracy(self):
        return self.curves("accuracy", "accuracy")

    def row_of_axes(self):
        """An axis for each run, side by side, four in a line."""
        columns = min(len(self.runs), 4)
        lines = -(-len(self.runs) // columns)
        figure, axes = self.pyplot.subplots(
            lines, columns, figsize=(max(7, 3.6 * columns), 3.6 * lines), squeeze=False, sharey=True,
            layout="constrained")
        for axis in axes.flat[len(self.runs):]:
            axis.axis("off")
        return figure, list(zip(self.runs, axes.flat))

    def layers(self, key, label, scale):
        figure, pairs = self.row_of_axes()
        greatest = 0
        for run, axis in pairs:
            for layer, (epochs, values) in enumerate(run.layer_curves(key)):
                values = [math.nan if value is None else scale * value for value in values]
                greatest = max([greatest, *(value for value in values if value == value)])
                axis.plot(epochs, values, marker="." if len(epochs) == 1 else None,
                          label=f"layer {layer}")
            axis.set(xlabel="epoch", title=run.name)
            axis.grid(alpha=0.3)
        top = greatest or 1
        pairs[0][1].set_ylim(-0.02 * top, 1.05 * top)  # of all, since they share it
        pairs[0][1].set_ylabel(label)
        pairs[0][1].legend()
        return figure

    def sparsity(self):
        return self.layers("fraction_zero", "weights that are exactly zero, %", 100)

    def max_norms(self):
        return self.layers("max_incoming_norm", "largest incoming norm of a neuron", 1)

    def norms(self):
        """How long the neurons' incoming weights are at the end."""
        if not any(run.weights for run in self.runs):
            return None
        figure, pairs = self.row_of_axes()
        for run, axis in pairs:
            norms = [self.numpy.linalg.norm(weight.astype("f8"), axis=1) for weight in run.weights]
            greatest = max((values.max() for values in norms if values.size), default=0) or 1
            edges = self.numpy.linspace(0, greatest * 1.001, 41)
            for layer, values in enumerate(norms):
                axis.hist(values, edges, histtype="stepfilled", alpha=0.5, label=f"layer {layer}")
            axis.set(xlabel="incoming norm", title=run.name)
        pairs[0][1].set_ylabel("neurons")
        pairs[0][1].legend()
        return figure

    def first_layer(self, run):
        """The incoming weights of the neurons of the first layer: as images where there is a square
        number of features, else as one matrix."""
        if not run.weights:
            return None
        weight = run.weights[0]
        if math.isqrt(weight.shape[1])**2 == weight.shape[1] and weight.shape[1] > 1:
            return self.images(weight)
        figure, axis = self.pyplot.subplots(figsize=(7, 4.2), layout="constrained")
        limit = abs(weight).max() or 1
        image = axis.imshow(weight, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto",
                            interpolation="nearest")
        axis.set(xlabel="feature", ylabel="neuron")
        figure.colorbar(image)
        return figure

    def images(self, weight):
        """The longest ones, the longest first, each on a scale of its own; white is zero."""
        norms = self.numpy.linalg.norm(weight, axis=1)
        chosen = self.numpy.argsort(-norms, kind="stable")[:MOST_NEURONS]
        side = math.isqrt(weight.shape[1])
        columns = min(8, len(chosen))
        lines = -(-len(chosen) // columns)
        figure, axes = self.pyplot.subplots(lines, columns, figsize=(7, 0.95 * lines),
                                            squeeze=False, layout="constrained")
        for axis in axes.flat:
            axis.axis("off")
        for axis, neuron in zip(axes.flat, chosen):
            limit = abs(weight[neuron]).max() or 1
            axis.imshow(weight[neuron].reshape(side, side), cmap="RdBu_r", vmin=-limit, vmax=limit,
                        interpolation="nearest")
            axis.set_title(str(neuron), fontsize=6, pad=1)
        return figure

    def all(self):
        """(file name, caption, figure) of all that there is to see."""
        yield "loss.png", "Loss: of training as it went, under dropout and noise", self.loss()
        yield "accuracy.png", "Accuracy", self.accuracy()
        yield "sparsity.png", "Sparsity of each layer", self.sparsity()
        yield "max_norms.png", "The largest incoming norm in each layer", self.max_norms()
        yield "norms.png", "Incoming norms of all neurons of the model that was kept", self.norms()
        for index, run in enumerate(self.runs):
            name = f"weights_{index}.png" if len(self.runs) > 1 else "weights.png"
            caption = (f"{run.name}: incoming weights of the first layer's neurons, those of the "
                       "greatest norm first (red positive, blue negative, white zero)")
            yield name, caption, self.first_layer(run)


def settings_table(runs):
    """The settings in which the runs differ, or all of a single one, and their last figures."""
    keys = list(dict.fromkeys(key for run in runs for key in run.settings))
    if len(runs) > 1:
        keys = [key for key in keys if len({repr(run.settings.get(key)) for run in runs}) > 1]
    rows = [(key, [run.settings.get(key, "") for run in runs]) for key in keys]
    last = [next(iter(run.members.values()))[-1] for run in runs]
    for key in ("epoch", "data_loss", "validation_loss", "validation_accuracy", "test_loss",
                "test_accuracy"):
        if any(key in report for report in last):
            rows.append((f"last {key}", [report.get(key, "") for report in last]))
    text = "<tr><th></th>" + "".join(f"<th>{html.escape(run.name)}</th>" for run in runs) + "</tr>\n"
    for key, values in rows:
        cells = "".join(f"<td>{html.escape(format_value(value))}</td>" for value in values)
        text += f"<tr><th>{html.escape(key)}</th>{cells}</tr>\n"
    return f"<table>\n{text}</table>\n"


def format_value(value):
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def write_whole(path, data):
    """The file, whole or not at all."""
    handle, temporary = tempfile.mkstemp(prefix=path.name + ".", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


PAGE = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 16px/1.4 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #222 }}
img {{ max-width: 100%; height: auto }} figure {{ margin: 2em 0 }} figcaption {{ color: #555 }}
table {{ border-collapse: collapse; font-size: 14px }} th {{ text-align: left }}
th, td {{ padding: 2px 1em 2px 0; border-bottom: 1px solid #ddd; vertical-align: top }}
</style>
<h1>{title}</h1>
{body}</html>
"""


def write_plots(plotter, out):
    body = settings_table(plotter.runs)
    for name, caption, figure in plotter.all():
        if figure is None:
            continue
        picture = io.BytesIO()
        figure.savefig(picture, format="png", dpi=130)
        plotter.pyplot.close(figure)
        write_whole(out / name, picture.getvalue())
        source = base64.b64encode(picture.getvalue()).decode()
        body += (f'<figure><img src="data:image/png;base64,{source}" alt="{html.escape(caption)}">'
                 f"<figcaption>{html.escape(caption)} ({name})</figcaption></figure>\n")
    title = html.escape(", ".join(run.name for run in plotter.runs))
    write_whole(out / "index.html", PAGE.format(title=title, body=body).encode())


def import_libraries():
    """pyplot and numpy, or a Problem that says what to install."""
    try:
        import matplotlib
        import numpy
        matplotlib.use("Agg")
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError(f"{error}: the pictures are matplotlib's; install it by\n"
                          "  apt-get install python3-matplotlib\nor, where a virtual environment is "
                          "preferred,\n  pip install matplotlib\nand name that environment's python "
                          "in CURB_PYTHON") from None
    return pyplot, numpy


def main(arguments):
    parser = argparse.ArgumentParser(prog="curb plot", description="Pictures of runs.")
    parser.add_argument("runs", metavar="RUN", nargs="+")
    parser.add_argument("--out", metavar="FOLDER", type=Path)
    options = parser.parse_args(arguments)
    out = options.out
    try:
        runs = [Run(folder) for folder in options.runs]
        if len({run.name for run in runs}) < len(runs):
            for run in runs:
                run.name = str(run.folder)
        if out is None:
            if len(runs) > 1:
                print("curb: --out: several runs need a folder for their pictures", file=sys.stderr)
                return 2
            out = runs[0].folder / "plots"
        pyplot, numpy = import_libraries()
        for run in runs:
            run.read_weights(numpy)
        out.mkdir(parents=True, exist_ok=True)
        write_plots(Plotter(runs, pyplot, numpy), out)
    except ImportError as error:
        print(f"curb: {error}", file=sys.stderr)
        return UNAVAILABLE
    except (Problem, OSError) as problem:
        print(f"curb: {problem}", file=sys.stderr)
        return 3
    print(out / "index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
