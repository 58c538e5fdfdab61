#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Compares the C ABI with the file that lists it, and the library's exports with the header.

usage: abi.py CC INCLUDE_DIR ABI_FILE [NM LIBRARY]
       abi.py --print CC INCLUDE_DIR

The ABI is every prototype, enumerator, and struct with its members' offsets and sizes. A change
breaks programs that are built already, so it is made knowingly: with --print, into the file.
"""

import difflib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

COMMENT = re.compile(r"/\*.*?\*/", re.S)
FUNCTION = re.compile(r"CURB_API\s+([^;{]*?\))\s*;")
ENUM = re.compile(r"typedef enum (\w+)\s*\{(.*?)\}\s*\w+;", re.S)
STRUCT = re.compile(r"typedef struct (\w+)\s*\{(.*?)\}\s*\w+;", re.S)
MEMBER = re.compile(r"(\w+)(?:\[\d+\])?$")


def prototypes(header):
    """Every exported function's declaration on one line, sorted by name."""
    found = [re.sub(r"\s+", " ", match).replace("( ", "(") for match in FUNCTION.findall(header)]
    return sorted(found, key=function_name)


def function_name(prototype):
    return re.search(r"(\w+)\(", prototype)[1]


def layout_program(header):
    """A C program that prints enumerators and struct layouts."""
    lines = []
    for name, body in ENUM.findall(header):
        for enumerator in re.findall(r"(CURB_\w+)\s*=", body):
            lines.append(f'  printf("{name} {enumerator} = %d\\n", (int){enumerator});')
    for name, body in STRUCT.findall(header):
        lines.append(f'  printf("struct {name}: %d bytes\\n", (int)sizeof({name}));')
        for statement in filter(None, (part.strip() for part in body.split(";"))):
            for declarator in statement.split(","):
                member = MEMBER.search(declarator.strip())[1]
                lines.append(
                    f'  printf("  {member} at %d, %d bytes\\n", (int)offsetof({name}, {member}), '
                    f"(int)sizeof((({name}*)0)->{member}));")
    return ("#include <curb/curb.h>\n#include <stdio.h>\n\nint main(void) {\n"
            + "\n".join(lines) + "\n  return 0;\n}\n")


def layouts(compiler, include, header):
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory) / "layout.c"
        source.write_text(layout_program(header))
        program = Path(directory) / "layout"
        subprocess.run([compiler, "-std=c99", "-I", include, source, "-o", program], check=True)
        return subprocess.run([program], check=True, capture_output=True, text=True).stdout


def abi(compiler, include):
    header = COMMENT.sub("", (Path(include) / "curb/curb.h").read_text(encoding="utf-8"))
    functions = prototypes(header)
    return functions, "\n".join(functions) + "\n\n" + layouts(compiler, include, header)


def exports(nm, library):
    """The mangled names of what the library defines for others."""
    listed = subprocess.run([nm, "-D", "--defined-only", library], check=True,
                            capture_output=True, text=True).stdout
    return [line.split()[-1].split("@")[0] for line in listed.splitlines()]


def export_violations(functions, exported):
    """Prototypes without a symbol, symbols without a prototype, and symbols that are not curb's."""
    declared = {function_name(prototype) for prototype in functions}
    for name in sorted(declared - set(exported)):
        yield f"{name} is declared but not exported"
    for name in sorted(exported):
        if name not in declared and "4curb" not in name:
            yield f"{name} is exported but is not curb's, or not declared in curb.h"


def main(arguments):
    if arguments[:1] == ["--print"] and len(arguments) == 3:
        print(abi(*arguments[1:])[1], end="")
        return 0
    if len(arguments) not in (3, 5):
        print(__doc__, file=sys.stderr)
        return 2
    functions, current = abi(*arguments[:2])
    recorded = Path(arguments[2]).read_text(encoding="utf-8")
    wrong = list(difflib.unified_diff(recorded.splitlines(), current.splitlines(),
                                      arguments[2], "the header", lineterm=""))
    if len(arguments) == 5:
        wrong += export_violations(functions, exports(*arguments[3:]))
    print("\n".join(wrong) if wrong else f"{len(functions)} functions as recorded")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
