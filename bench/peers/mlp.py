# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""What the peers' programs share: their arguments, and MNIST as numpy arrays."""

import argparse
import gzip
import pathlib

import numpy


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--mnist", type=pathlib.Path, required=True, help="folder of the IDX files")
    parser.add_argument("--hidden", type=lambda s: [int(n) for n in s.split(",")], default=[100])
    parser.add_argument("--batch", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--learning-rate", type=float, default=0.05)
    parser.add_argument("--momentum", type=float, default=0.9)
    parser.add_argument("--l1", type=float, default=0.0)
    parser.add_argument("--l2", type=float, default=0.0)
    parser.add_argument("--max-norm", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def read_idx(folder, name):
    packed = folder / (name + ".gz")
    data = gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / name).read_bytes()
    sizes = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(data[3])]
    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * len(sizes)).reshape(sizes)


def read_mnist(folder):
    """Training images and labels, then test: pixels in [0, 1] as rows of 784 floats."""
    sets = []
    for part in ("train", "t10k"):
        images = read_idx(folder, part + "-images-idx3-ubyte")
        sets.append(images.reshape(len(images), -1).astype(numpy.float32) / 255)
        sets.append(read_idx(folder, part + "-labels-idx1-ubyte").astype(numpy.int64))
    return sets
