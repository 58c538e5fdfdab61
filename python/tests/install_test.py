# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""`pip install` of this directory gives a package that finds libcurb. Needs no network; skipped
where pip, setuptools or wheel is missing."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path


def imports(*modules):
    return subprocess.run([sys.executable, "-c", "import " + ", ".join(modules)],
                          capture_output=True, check=False).returncode == 0


if not imports("setuptools", "pip") or not (
        imports("wheel") or imports("setuptools.command.bdist_wheel")):
    print("skipped: no pip, setuptools or wheel here")
    sys.exit(77)

SOURCE = Path(__file__).resolve().parents[1]


class Install(unittest.TestCase):
    def test_the_installed_package_is_whole(self):
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder, "python"), Path(folder, "site")
            shutil.copytree(SOURCE, source)  # pip leaves its traces beside what it builds
            done = subprocess.run(
                [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps",
                 "--no-build-isolation", "--disable-pip-version-check", "--target", target, source],
                capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            modules = {path.name for path in (SOURCE / "curb").glob("*.py")}
            self.assertEqual({path.name for path in (target / "curb").glob("*.py")}, modules)
            used = subprocess.run([sys.executable, "-c", "import curb; print(curb.version())"],
                                  cwd=folder, env=dict(os.environ, PYTHONPATH=str(target)),
                                  capture_output=True, text=True, check=False)
            self.assertEqual(used.stderr, "")
            self.assertRegex(used.stdout, r"^\d+\.\d+\.\d+$")


if __name__ == "__main__":
    unittest.main()
