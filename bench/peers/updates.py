# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""What the peers' programs for single steps share: the tensors and the steps that curb's own
benchmarks take (bench/arrays.cpp, bench/step_cases.hpp), how a step is checked, timed and reported.

A peer's script gives `main` its library's name and version, a function that says what its device is
(or raises Absent), and one that makes a Step for a case. It exits with 77 where there is no such
library or device. Each first step is compared with the formulas in double precision."""

import argparse
import json
import statistics
import sys

import numpy

NOT_INSTALLED = 77
COLUMNS = 1024
LEARNING_RATE, MOMENTUM, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.9, 0.999, 1e-8


class Case:
    """What is done in a step. All regularisers are proximal but for the decoupled decay."""

    def __init__(self, optimizer, l1=0.0, l2=0.0, decay=0.0, max_norm=None):
        self.optimizer = optimizer  # sgd, momentum or adam
        self.l1, self.l2, self.decay, self.max_norm = l1, l2, decay, max_norm
        self.states = {"sgd": 0, "momentum": 1, "adam": 2}[optimizer]

    @property
    def bytes(self):
        """The least that a step has to move for a weight."""
        return 12 + 8 * self.states


CASES = {
    "sgd": Case("sgd"),
    "momentum_elastic_net": Case("momentum", l1=1e-3, l2=0.01),
    "momentum_elastic_net_max_norm": Case("momentum", l1=1e-3, l2=0.01, max_norm=1.0),
    "adamw": Case("adam", decay=0.01),
    "adamw_l1": Case("adam", l1=1e-3, decay=0.01),
    "adamw_elastic_net_max_norm": Case("adam", l1=1e-3, l2=0.01, decay=0.01, max_norm=1.0),
}


class Absent(Exception):
    """There is no device for this library."""


class Gains:
    """The scalars of step t: of the penalty, which must be the gradient's under heavy ball, and
    Adam's corrections of its moments' bias."""

    def __init__(self):
        self.t = 0
        self.penalty = 0.0

    def advance(self):
        self.t += 1
        self.penalty = MOMENTUM * self.penalty + 1.0

    def step(self, case):
        """What multiplies a penalty, for optimisers without a metric."""
        return LEARNING_RATE * (self.penalty if case.optimizer == "momentum" else 1.0)

    def corrections(self):
        return 1.0 - BETA1**self.t, 1.0 - BETA2**self.t


def uniform(position):
    """SplitMix64 of the position, in (0, 1): the numbers of bench/arrays.cpp."""
    with numpy.errstate(over="ignore"):
        z = (position + numpy.uint64(1)) * numpy.uint64(0x9e3779b97f4a7c15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xbf58476d1ce4e5b9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94d049bb133111eb)
    z ^= z >> numpy.uint64(31)
    return ((z >> numpy.uint64(41)).astype(numpy.float32) + numpy.float32(0.5)) * \
        numpy.float32(2.0**-23)


def arrays(count):
    """Weight, gradient and two states, [count / COLUMNS, COLUMNS] each, as curb's are filled."""
    position = 4 * numpy.arange(count, dtype=numpy.uint64)
    one = numpy.uint64(1)
    weight = numpy.float32(0.1) * (2 * uniform(position) - 1)
    gradient = numpy.copysign(numpy.float32(0.01) * uniform(position + one), weight)
    first = numpy.float32(0.01) * (2 * uniform(position + 2 * one) - 1)
    second = numpy.float32(1e-4) * uniform(position + 3 * one)
    weight, gradient, first, second = (
        array.astype(numpy.float32).reshape(-1, COLUMNS) for array in
        (weight, gradient, first, second))
    gradient[1::2] *= -1
    return weight, gradient, first, second


def first_step(case, weight, gradient, first, second):
    """The formulas as they are written, in double."""
    weight, gradient, first, second = (
        array.astype(numpy.float64) for array in (weight, gradient, first, second))
    step = LEARNING_RATE
    direction = gradient
    if case.optimizer == "momentum":
        direction = MOMENTUM * first + gradient
    if case.optimizer == "adam":
        direction = (BETA1 * first + (1 - BETA1) * gradient) / (1 - BETA1)
        second = BETA2 * second + (1 - BETA2) * gradient**2
        step = LEARNING_RATE / (numpy.sqrt(second / (1 - BETA2)) + EPSILON)
    weight = weight * (1 - LEARNING_RATE * case.decay) - step * direction
    weight = numpy.sign(weight) * numpy.maximum(numpy.abs(weight) - step * case.l1, 0)
    weight = weight / (1 + step * case.l2)
    if case.max_norm is not None:
        norm = numpy.sqrt((weight**2).sum(1, keepdims=True))
        weight = numpy.where(norm > case.max_norm, weight * case.max_norm / norm, weight)
    return weight


class Step:
    """One way to step one matrix; made from (case, weight, gradient, first, second)."""

    def run(self):
        """Seconds of one step."""
        raise NotImplementedError

    def weight(self, rows):
        """The first rows of the weights, as numpy."""
        raise NotImplementedError


def spread(name, values):
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return {name: statistics.median(values), name + "_min": min(values), name + "_low": low,
            name + "_high": high, name + "_max": max(values)}


def measure(name, make, case, data, iterations):
    """An entry as Google Benchmark writes it."""
    rows = min(8, len(data[0]))
    expected = first_step(case, *(array[:rows] for array in data))
    try:
        step = make(case, *data)
        step.run()
    except Exception as error:  # a library that cannot do one thing is still measured at the others
        return {"name": name, "error_occurred": True,
                "error_message": f"{type(error).__name__}: {error}".splitlines()[0]}
    found = step.weight(rows)
    if not numpy.abs(found - expected).max() <= 1e-6:
        return {"name": name, "error_occurred": True,
                "error_message": "a first step is not what the formulas say"}
    for _ in range(3):
        step.run()
    seconds = [step.run() for _ in range(iterations)]
    count = data[0].size
    return {"name": name, **spread("seconds", seconds), "parameters": count,
            "mean_magnitude": float(numpy.abs(found.astype(numpy.float64)).mean()),
            "GB/s": 1e-9 * case.bytes * count / statistics.median(seconds)}


def main(library, version, open_device, variants):
    """`open_device(name, threads)` returns words for the device, `variants(device, case)` a
    dictionary from names to functions that make a Step."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--threads", type=int, default=2, help="of the CPU")
    parser.add_argument("--count", type=int, help="weights; default: 2^28 to 2^12")
    parser.add_argument("--case", action="append", choices=CASES, help="default: all")
    parser.add_argument("--variant", action="append", help="default: all")
    parser.add_argument("--iterations", type=int, default=21)
    parser.add_argument("--tiny", action="store_true", help="to see that everything runs")
    options = parser.parse_args()
    try:
        device = open_device(options.device, options.threads)
    except Absent as error:
        print(f"{library}: {error}", file=sys.stderr)
        return NOT_INSTALLED
    counts = [2**exponent for exponent in (28, 26, 24, 22, 20, 16, 12)]
    if options.count:
        counts = [options.count // COLUMNS * COLUMNS]
    iterations = options.iterations
    if options.tiny:
        counts, iterations = [2**12], 2
    entries = []
    for count in counts:
        data = arrays(count)
        for name in options.case or CASES:
            for variant, make in variants(options.device, CASES[name]).items():
                if options.variant and variant not in options.variant:
                    continue
                entries.append(measure(f"{library}/{name}/{variant}/{count}", make, CASES[name],
                                       data, iterations))
    print(json.dumps({"context": {library: version, "device": device, "threads": options.threads},
                      "benchmarks": entries}, indent=1))
    return 1 if any("error_occurred" in entry for entry in entries) else 0
