# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Reads nvcc's PTX: which kernels a file holds and which instructions each is made of."""

import re
from dataclasses import dataclass, field

FUNCTION = re.compile(r"^\s*(?:\.visible\s+|\.weak\s+|\.extern\s+)*\.(?:entry|func)\b")
FUNCTION_NAME = re.compile(r"\.(?:entry|func)\s*(?:\([^)]*\)\s*)?([\w$]+)")
INSTRUCTION = re.compile(r"^\s*(?:@!?%\w+\s+)?([a-z]\w*(?:\.[\w:]+)*)\s*(?:[^:\w]|\w)")
FLOAT_TYPE = re.compile(r"(?:b?f16|b?f16x2|tf32|f32|f32x2|f64)$")


@dataclass(frozen=True)
class Instruction:
    """One instruction: its words ("fma", "rn", "f32") and where it stands."""

    words: tuple
    line: int

    @property
    def name(self):
        return ".".join(self.words)

    @property
    def is_floating(self):
        return any(FLOAT_TYPE.match(word) for word in self.words[1:])


@dataclass
class Function:
    """A kernel, or a function that one calls."""

    symbol: str
    instructions: list = field(default_factory=list)

    @property
    def name(self):
        return short_name(self.symbol)


def parse(text):
    """The functions that have a body, in order."""
    functions = []
    header, depth = None, 0
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.split("//", 1)[0]
        if depth == 0:
            if header is None and not FUNCTION.match(line):
                continue
            header = (header or "") + line
            if ";" in line:  # a declaration
                header = None
            elif "{" in line:
                functions.append(Function(FUNCTION_NAME.search(header)[1]))
                header, depth = None, 1
            continue
        depth += line.count("{") - line.count("}")
        match = INSTRUCTION.match(line)
        if match and not line.rstrip().endswith(":"):
            functions[-1].instructions.append(Instruction(tuple(match[1].split(".")), number))
    return functions


def identifiers(mangled, at):
    """The length-prefixed identifiers from position `at` on (Itanium C++ ABI)."""
    names = []
    while match := re.match(r"\d+", mangled[at:]):
        begin = at + match.end()
        at = begin + int(match[0])
        names.append(mangled[begin:at])
    return names, at


def short_name(mangled):
    """`update_rows<Adam>` for the symbol of curb::kernels::update_rows<curb::rules::Adam>: the name
    without its namespaces, with its template arguments as long as they are a class, a bool, or a
    class and a bool."""
    names, at = identifiers(mangled, 3) if mangled.startswith("_ZN") else ([], 0)
    if not names:
        return mangled
    arguments = []
    if scope := re.match(r"INS[0-9A-Z]*_", mangled[at:]):  # a name in a scope of the function's own
        argument, at = identifiers(mangled, at + scope.end())
        arguments.append(argument[-1])
    if switch := re.match(r"[IE]Lb([01])E", mangled[at:]):
        arguments.append("true" if switch[1] == "1" else "false")
    return f"{names[-1]}<{', '.join(arguments)}>" if arguments else names[-1]
