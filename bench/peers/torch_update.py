#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""The steps of cuda_update_bench as one writes them in PyTorch: its fused optimiser, then a pass or
more for each regulariser.

usage: torch_update.py [--device cuda|cpu] [--tiny]

The first step is compared with the formulas in double precision. Prints one JSON object in the form
of Google Benchmark's; times are medians of CUDA events, the L2 cache displaced before each. Exits
with 77 where there is no PyTorch, or no device for it.
"""

import argparse
import json
import statistics
import sys
import time

try:
    import torch
except ImportError as error:
    print(f"torch_update.py: {error}", file=sys.stderr)
    sys.exit(77)

LEARNING_RATE, MOMENTUM, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.9, 0.999, 1e-8
L1, L2, DECAY, MAX_NORM = 1e-3, 0.01, 0.01, 1.0
COLUMNS = 1024
BYTES = {"sgd": 12, "momentum_elastic_net": 20, "momentum_elastic_net_max_norm": 20,
         "adamw_l1": 28}
ITERATIONS = 21


class Step:
    """One matrix under one of the cases."""

    def __init__(self, case, count, device):
        torch.manual_seed(20261121)
        shape = (count // COLUMNS, COLUMNS)
        self.case = case
        self.weight = torch.nn.Parameter(0.2 * torch.rand(shape, device=device) - 0.1)
        self.weight.grad = 0.02 * torch.rand(shape, device=device) - 0.01
        fused = {"fused": True} if device == "cuda" else {}
        if case == "adamw_l1":
            self.optimizer = torch.optim.AdamW([self.weight], lr=LEARNING_RATE, eps=EPSILON,
                                               betas=(BETA1, BETA2), weight_decay=DECAY, **fused)
        else:
            momentum = 0.0 if case == "sgd" else MOMENTUM
            self.optimizer = torch.optim.SGD([self.weight], lr=LEARNING_RATE, momentum=momentum,
                                             **fused)
        self.steps = 0
        self.gain = 0.0  # of the penalty, which must be the gradient's

    @torch.no_grad()
    def __call__(self):
        self.optimizer.step()
        self.steps += 1
        weight = self.weight
        if self.case.startswith("momentum"):
            self.gain = MOMENTUM * self.gain + 1.0
            step = LEARNING_RATE * self.gain
            weight.copy_(torch.nn.functional.softshrink(weight, step * L1))
            weight.mul_(1.0 / (1.0 + step * L2))
        if self.case.endswith("max_norm"):
            norm = torch.linalg.vector_norm(weight, dim=1, keepdim=True)
            weight.mul_((MAX_NORM / norm).clamp_(max=1.0))
        if self.case == "adamw_l1":
            second = self.optimizer.state[weight]["exp_avg_sq"]
            threshold = second / (1.0 - BETA2**self.steps)
            threshold.sqrt_().add_(EPSILON).reciprocal_().mul_(LEARNING_RATE * L1)
            weight.sub_(torch.minimum(torch.maximum(weight, -threshold), threshold))


def first_step(case, weight, gradient):
    """The formulas as they are written."""
    step = torch.full_like(weight, LEARNING_RATE)
    if case == "adamw_l1":
        weight = weight * (1 - LEARNING_RATE * DECAY)
        step = LEARNING_RATE / (gradient.abs() + EPSILON)
    weight = weight - step * gradient
    if case != "sgd":
        weight = weight.sign() * (weight.abs() - step * L1).clamp(min=0)
    if case.startswith("momentum"):
        weight = weight / (1 + step * L2)
    if case.endswith("max_norm"):
        norm = weight.norm(dim=1, keepdim=True)
        weight = torch.where(norm > MAX_NORM, weight * MAX_NORM / norm, weight)
    return weight


def first_step_is_right(step):
    expected = first_step(step.case, step.weight.detach().double(), step.weight.grad.double())
    step()
    return bool((step.weight.detach().double() - expected).abs().max() <= 1e-6)


def seconds_of(step, device, scratch):
    if device == "cpu":
        start = time.perf_counter()
        step()
        return time.perf_counter() - start
    scratch.sum()  # more than the L2 cache holds
    start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    step()
    stop.record()
    stop.synchronize()
    return 1e-3 * start.elapsed_time(stop)


def measure(case, count, device, scratch):
    step = Step(case, count, device)
    name = f"torch/{case}/eager/cold/{count}"
    if not first_step_is_right(step):
        return {"name": name, "error_occurred": True,
                "error_message": "a first step is not what the formulas say"}
    for _ in range(3):
        seconds_of(step, device, scratch)
    median = statistics.median(seconds_of(step, device, scratch) for _ in range(ITERATIONS))
    return {"name": name, "median_us": 1e6 * median, "GB/s": 1e-9 * BYTES[case] * count / median}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--tiny", action="store_true")
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        print("torch_update.py: PyTorch sees no CUDA device", file=sys.stderr)
        return 77
    context = {"torch": torch.__version__, "device": options.device}
    scratch = None
    if options.device == "cuda":
        context["device"] = torch.cuda.get_device_name()
        scratch = torch.rand(2**26, device="cuda")
    exponents = (12,) if options.tiny else (28, 26, 24, 22, 20, 16, 12)
    entries = [measure(case, 2**exponent, options.device, scratch)
               for exponent in exponents for case in BYTES]
    print(json.dumps({"context": context, "benchmarks": entries}, indent=1))
    return 1 if any("error_occurred" in entry for entry in entries) else 0


if __name__ == "__main__":
    sys.exit(main())
