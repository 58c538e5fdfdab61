#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Compiles, runs or looks up every fenced block of a document.

usage: snippets_test.py ROOT DOCUMENT CC CXX LIBRARY

A C, C++ or Python block is a whole program, which must succeed; Python is left out where there is no
torch. Any other block stands after `<!-- from: FILE -->`, and its lines are in that file as they are.
In docs/rules.md every header of include/curb/rules must be named, and every function of theirs.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FUNCTION = re.compile(r"^(?:CURB_HOST_DEVICE|constexpr|inline)[^\n=;]*?\b(\w+)\(", re.MULTILINE)
DETAIL = re.compile(r"namespace detail \{.*?\}  // namespace detail", re.DOTALL)
FROM = re.compile(r"<!-- from: (\S+) -->\n$")
STRICT = ["-Wall", "-Wextra", "-Werror", "-pedantic"]


class Checker:
    def __init__(self, root, cc, cxx, library):
        self.root = Path(root)
        self.cc = cc
        self.cxx = cxx
        self.library = Path(library)
        self.has_torch = not subprocess.run([sys.executable, "-c", "import torch"],
                                            capture_output=True, check=False).returncode
        self.skipped = 0

    def check(self, language, text, source):
        """What is wrong with a block, or an empty string."""
        if source:
            file = self.root / source
            if not file.is_file() or text not in file.read_text(encoding="utf-8"):
                return f"these lines are not in {source}"
            return ""
        if language == "python":
            return self.run_python(text)
        if language == "c":
            return self.run_program(text, ".c", [self.cc, "-std=c99"])
        if language == "cpp":
            return self.run_program(text, ".cpp", [self.cxx, "-std=c++17"])
        return f"a block of '{language}' that neither runs nor says where it is from"

    def run_program(self, text, suffix, compiler):
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "snippet" + suffix)
            source.write_text(text, encoding="utf-8")
            program = Path(folder, "snippet")
            return (run([*compiler, *STRICT, "-I", self.root / "include", source, "-o", program,
                         self.library, f"-Wl,-rpath,{self.library.parent}"])
                    or run([program]))

    def run_python(self, text):
        if not self.has_torch:
            self.skipped += 1
            return ""
        environment = dict(os.environ, CURB_LIBRARY=str(self.library),
                           PYTHONPATH=str(self.root / "python"), PYTHONDONTWRITEBYTECODE="1",
                           OMP_NUM_THREADS="1")
        return run([sys.executable, "-c", text], environment)


def run(command, environment=None):
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    print(done.stdout, end="")
    return "" if done.returncode == 0 else f"exit {done.returncode}\n{done.stdout}{done.stderr}"


def missing_rules(root, document):
    """Headers of rules, and functions in them (not in a namespace `detail`), that are not named."""
    text = document.read_text(encoding="utf-8")
    for header in sorted((Path(root) / "include/curb/rules").glob("*.hpp")):
        if f"`{header.name}`" not in text:
            yield header.name
        source = header.read_text(encoding="utf-8")
        source = DETAIL.sub("", source)
        for name in sorted(set(FUNCTION.findall(source))):
            if not re.search(rf"`{name}\b", text):
                yield f"{name} of {header.name}"


def main(arguments):
    if len(arguments) != 5:
        print(__doc__, file=sys.stderr)
        return 2
    root, document = arguments[0], Path(arguments[1])
    checker = Checker(root, *arguments[2:])
    text = document.read_text(encoding="utf-8")
    failures = [f"does not name {rule}" for rule in missing_rules(root, document)
                ] if document.name == "rules.md" else []
    blocks = list(FENCE.finditer(text))
    for block in blocks:
        before = FROM.search(text, 0, block.start())
        source = before[1] if before and before.end() == block.start() else None
        wrong = checker.check(block[1], block[2], source)
        if wrong:
            failures.append(f"line {text.count(chr(10), 0, block.start()) + 1}: {wrong}")
    for failure in failures:
        print(f"{document.name}: {failure}")
    print(f"{len(blocks)} blocks, {len(failures)} failures, {checker.skipped} left out for want of "
          "torch")
    return 1 if failures or not blocks else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
