# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""What the peers of train_steps.py share: their arguments, their data, and how steps are timed."""

import argparse
import json
import pathlib
import time

NOT_INSTALLED = 77


def arguments(description, modes):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--images", type=pathlib.Path, required=True, help="an IDX file")
    parser.add_argument("--labels", type=pathlib.Path, required=True, help="an IDX file")
    parser.add_argument("--mode", choices=modes, required=True)
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--precision", choices=["fp32", "tf32", "bf16"], default="fp32")
    parser.add_argument("--hidden", type=lambda s: [int(n) for n in s.split(",")], required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--learning-rate", type=float, required=True)
    parser.add_argument("--momentum", type=float, required=True)
    parser.add_argument("--l1", type=float, default=0.0)
    parser.add_argument("--l2", type=float, default=0.0)
    parser.add_argument("--max-norm", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    # Heavy ball multiplies the gradient's gain by 1 / (1 - momentum), and the threshold must follow.
    args.threshold = args.learning_rate * args.l1 / (1 - args.momentum)
    return args


def read(args):
    """Images as rows of floats in [0, 1], and labels; all batches are whole."""
    import mlp
    images = mlp.read_idx(args.images.parent, args.images.name)
    labels = mlp.read_idx(args.labels.parent, args.labels.name)
    if len(images) % args.batch:
        raise SystemExit(f"{len(images)} rows do not come out even in batches of {args.batch}")
    return images.reshape(len(images), -1).astype("float32") / 255, labels.astype("int32")


def report(args, rows, run_epoch, wait, loss, version):
    """Times run_epoch() over all epochs but one that goes before, up to the end of the last step,
    and prints what came of it."""
    run_epoch()
    wait()
    start = time.perf_counter()
    for _ in range(args.epochs):
        run_epoch()
    wait()
    seconds = time.perf_counter() - start
    print(json.dumps({"steps_per_second": args.epochs * (rows // args.batch) / seconds,
                      "train_loss": float(loss()), "version": version}))
