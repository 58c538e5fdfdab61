#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Runs the commands that a document tells its reader to run: commands_test.py PROGRAM DOCUMENT.

Those are the lines of its ```sh blocks that begin with "curb ". They run in one folder, in their order,
among the files that the document shows (a block below <!-- file: NAME -->), and must exit with 0, or with
N after a comment "# exit N"."""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

TABLE = "x,z,y\n" + "".join(f"{i},{i * i % 11},{3 * i + (i * i % 11) / 2}\n" for i in range(40))
ROWS = "x,z\n3,1\n5,9\n"


def commands(document):
    for block in re.findall(r"^```sh\n(.*?)^```", document, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("curb "):
                exit_code = re.search(r"# exit (\d+)$", line)
                words = shlex.split(line, comments=True)[1:]
                yield line, words, int(exit_code[1]) if exit_code else 0


def files(document):
    """The files that a document shows, as names and texts."""
    return re.findall(r"^<!-- file: (\S+) -->\n```\w*\n(.*?)^```", document,
                      re.MULTILINE | re.DOTALL)


def main():
    program, document = sys.argv[1], pathlib.Path(sys.argv[2])
    text = document.read_text(encoding="utf-8")
    found = list(commands(text))
    if not found:
        sys.exit(f"{document}: no command found")
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "table.csv").write_text(TABLE, encoding="utf-8")
        pathlib.Path(folder, "rows.csv").write_text(ROWS, encoding="utf-8")
        for name, contents in files(text):
            pathlib.Path(folder, name).write_text(contents, encoding="utf-8")
        for line, words, exit_code in found:
            done = subprocess.run([program, *words], cwd=folder, capture_output=True, text=True,
                                  env=dict(os.environ, OMP_NUM_THREADS="1"))
            right = done.returncode == exit_code
            print(f"{'ok' if right else 'FAILED'}: {line}\n{done.stdout}{done.stderr}")
            failed += not right
    print(f"{len(found)} commands, {failed} failed")
    sys.exit(failed > 0)


main()
