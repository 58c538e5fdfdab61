#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""curb plot: plot_test.py mistakes|pictures PROGRAM. The pictures are left out, with exit code 77, where
this interpreter has no matplotlib."""

import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PART, PROGRAM = sys.argv[1], Path(sys.argv[2]).resolve()
PNG = b"\x89PNG\r\n\x1a\n"


class Plot(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name)
        cls.train("run", "--hidden", "20,8", "--l1", "1e-3", "--validation", "0.2")
        cls.train("committee", "--hidden", "16", "--ensemble", "2")

    @classmethod
    def train(cls, name, *flags):
        subprocess.run([PROGRAM, "train", "--quiet", "--data", "digits", "--epochs", "3", *flags,
                        "--out", cls.folder / name], check=True, capture_output=True)

    def plot(self, *arguments, program=PROGRAM, **environment):
        """(exit code, stdout, stderr)"""
        done = subprocess.run([program, "plot", *arguments], cwd=self.folder, capture_output=True,
                              text=True, check=False,
                              env={**os.environ, "CURB_PYTHON": sys.executable, **environment})
        return done.returncode, done.stdout, done.stderr


class Mistakes(Plot):

    def test_folders_that_are_no_run(self):
        (self.folder / "empty").mkdir()
        for name in ("empty", "absent", "run/config.toml"):
            self.assertEqual(self.plot(name), (3, "", f"curb: {name}: this is no folder of a run: "
                                               "config.toml is missing\n"))
        self.assertEqual(self.plot("run", "empty")[0], 3)

    def test_the_command_line(self):
        code, _, err = self.plot()
        self.assertEqual((code, err), (2, "curb: RUN is required\n"))
        code, _, err = self.plot("run", "--ou", "x")
        self.assertEqual(code, 2)
        self.assertIn("did you mean \"--out\"?", err)
        self.assertEqual(self.plot("run", "committee"),
                         (2, "", "curb: --out: several runs need a folder for their pictures\n"))

    def test_reports_that_are_none(self):
        damaged = self.folder / "damaged"
        shutil.copytree(self.folder / "run", damaged)
        metrics = damaged / "metrics.jsonl"
        lines = metrics.read_text().splitlines(keepends=True)
        for wrong in ("{\n", "[]\n", '{"epoch": 1}\n', "7\n"):
            metrics.write_text(lines[0] + wrong + lines[2])
            code, _, err = self.plot("damaged")
            self.assertEqual(code, 3)
            self.assertTrue(err.startswith("curb: damaged/metrics.jsonl:2: this is no report"), err)
        metrics.write_text(lines[0][:20])  # of a run that is at work
        self.assertEqual(self.plot("damaged")[2],
                         "curb: damaged/metrics.jsonl: there is no report yet\n")
        metrics.write_text("".join(lines))
        (damaged / "config.toml").write_text("hidden = [")
        code, _, err = self.plot("damaged")
        self.assertEqual(code, 3)
        self.assertTrue(err.startswith("curb: damaged/config.toml: "), err)

    def test_what_is_not_installed(self):
        fake = self.folder / "fake"
        fake.mkdir()
        (fake / "matplotlib.py").write_text("raise ImportError('No module named matplotlib')\n")
        code, out, err = self.plot("run", PYTHONPATH=str(fake))
        self.assertEqual((code, out), (69, ""))
        self.assertIn("No module named matplotlib: the pictures are matplotlib's", err)
        self.assertIn("apt-get install python3-matplotlib", err)
        self.assertFalse((self.folder / "run/plots").exists())
        code, _, err = self.plot("run", CURB_PYTHON="/absent/python")
        self.assertEqual(code, 69)
        self.assertIn("/absent/python cannot be started: No such file or directory", err)

    def test_the_script_is_found_where_it_is_installed(self):
        for place in ("bin", "share/curb"):
            (self.folder / "installed" / place).mkdir(parents=True)
        program = shutil.copy(PROGRAM, self.folder / "installed/bin/curb")
        code, _, err = self.plot("absent", program=program)
        self.assertEqual(code, 3)
        self.assertIn("plot.py is neither in ", err)
        shutil.copy(PROGRAM.parent / "plot.py", self.folder / "installed/share/curb")
        self.assertIn("absent: this is no folder of a run", self.plot("absent", program=program)[2])


class Pictures(Plot):

    def expect_pictures(self, folder, names):
        found = {path.name for path in folder.iterdir()}
        self.assertEqual(found, {*names, "index.html"})
        page = (folder / "index.html").read_text()
        for name in names:
            picture = (folder / name).read_bytes()
            self.assertTrue(picture.startswith(PNG), name)
            width, height = struct.unpack(">II", picture[16:24])
            self.assertGreater(min(width, height), 200, name)
            self.assertIn(f"({name})</figcaption>", page)
        self.assertEqual(len(re.findall('src="data:image/png;base64,', page)), len(names))
        self.assertEqual(len(re.findall("src=|href=", page)), len(names))  # nothing from outside
        return page

    def test_of_one_run(self):
        code, out, err = self.plot("run")
        self.assertEqual((code, out, err), (0, "run/plots/index.html\n", ""))
        page = self.expect_pictures(self.folder / "run/plots",
                                    ["loss.png", "accuracy.png", "sparsity.png", "max_norms.png",
                                     "norms.png", "weights.png"])
        self.assertIn("<tr><th>hidden</th><td>[20, 8]</td></tr>", page)
        self.assertEqual(self.plot("run")[0], 0)  # again, over the old ones

    def test_of_several_runs_one_a_committee_and_one_at_work(self):
        shutil.copytree(self.folder / "run", self.folder / "at <work>")
        (self.folder / "at <work>/model.safetensors").unlink()
        code, _, err = self.plot("run", "committee", "at <work>", "--out", "new/plots")
        self.assertEqual((code, err), (0, ""))
        page = self.expect_pictures(self.folder / "new/plots",
                                    ["loss.png", "accuracy.png", "sparsity.png", "max_norms.png",
                                     "norms.png", "weights_0.png", "weights_1.png"])
        self.assertIn("<th>at &lt;work&gt;</th>", page)
        self.assertIn("<tr><th>ensemble</th><td>1</td><td>2</td><td>1</td></tr>", page)

    def test_of_a_model_that_is_damaged(self):
        damaged = self.folder / "damaged"
        shutil.copytree(self.folder / "run", damaged)
        model = damaged / "model.safetensors"
        for wrong in (b"", model.read_bytes()[:-4], b"\xff" * 100):
            model.write_bytes(wrong)
            code, _, err = self.plot("damaged")
            self.assertEqual(code, 3)
            self.assertTrue(err.startswith("curb: damaged/model.safetensors: this is no file"), err)

    def test_safetensors_are_read_as_they_were_written(self):
        sys.path.insert(0, str(PROGRAM.parent))
        import numpy
        import plot
        path = self.folder / "t.safetensors"
        header = b'{"a":{"dtype":"F32","shape":[2,1],"data_offsets":[4,12]},"__metadata__":{"x":"y"}}'
        path.write_bytes(struct.pack("<Q", len(header)) + header + struct.pack("<3f", 9, 1.5, -2))
        tensors = plot.read_safetensors(path, numpy)
        self.assertEqual(list(tensors), ["a"])
        self.assertEqual(tensors["a"].tolist(), [[1.5], [-2.0]])


def has_matplotlib():
    return not subprocess.run([sys.executable, "-c", "import matplotlib, numpy"], check=False,
                              capture_output=True).returncode


if PART == "pictures" and not has_matplotlib():
    print("this interpreter has no matplotlib: no picture is drawn")
    sys.exit(77)
suite = unittest.defaultTestLoader.loadTestsFromTestCase(Pictures if PART == "pictures" else Mistakes)
sys.exit(not unittest.TextTestRunner().run(suite).wasSuccessful())
