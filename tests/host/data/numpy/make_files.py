#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Writes the files of this folder with NumPy itself: make_files.py (NumPy 2.4.6 made those here)."""

from pathlib import Path

import numpy

FOLDER = Path(__file__).resolve().parent
TABLE = numpy.array([[0.5, -1.0, 0.0], [1.5, 2.0, 1.0], [-2.5, 3.0, 1.0], [4.0, 0.25, 0.0]])
IMAGES = numpy.arange(12, dtype=numpy.uint8).reshape(3, 2, 2)
LABELS = numpy.array([7, -1, 7], dtype=numpy.int64)

numpy.save(FOLDER / "table.npy", TABLE)
numpy.save(FOLDER / "fortran.npy", numpy.asfortranarray(IMAGES.astype(numpy.float32)))
numpy.save(FOLDER / "labels.npy", LABELS)
for major in (2, 3):
    with (FOLDER / f"version{major}.npy").open("wb") as file:
        numpy.lib.format.write_array(file, TABLE, version=(major, 0))
numpy.savez(FOLDER / "stored.npz", x=IMAGES, y=LABELS)
numpy.savez_compressed(FOLDER / "deflated.npz", X=TABLE[:, :2], y=TABLE[:, 2:] > 0.5)
numpy.savez_compressed(FOLDER / "divided.npz", x_train=IMAGES, y_train=LABELS,
                       x_test=IMAGES[:1] + 100, y_test=LABELS[1:2])
