#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Finds rules that compute with plain operators instead of the functions of numeric.hpp.

usage: plain_arithmetic.py COMPILER INCLUDE_DIR

a * b + c on floats rounds once or twice as the compiler and its flags please, so the rules name
every rounding: add, mul, div, fma and square_root (curb/rules/numeric.hpp, which alone may use
operators). This check needs no GPU and no nvcc: it compiles every other header of
INCLUDE_DIR/curb/rules, and the step of each optimiser, with a numeric.hpp in whose place float and
double are classes without arithmetic. Prints the compiler's errors and exits 1 when there are any.
"""

import re
import subprocess
import sys
from pathlib import Path

STAND_IN = Path(__file__).parent / "plain_arithmetic"
# numeric.hpp is what the others are written in; conventions.hpp holds conversions of what a user
# sets, done once, on the host, by its compiler's constant arithmetic.
EXEMPT = {"numeric.hpp", "conventions.hpp"}

# Templates are checked in full only where they are instantiated.
INSTANCES = """
namespace {
struct Row {
  template <class Term>
  double sum(const Term& term) { return term(0.0f, 1.0f); }
  bool any(bool condition) { return condition; }
};
}  // namespace

namespace curb::rules {
template <class Optimizer>
void step(const Coefficients& c) {
  float state[2] = {};
  update_element(Optimizer{}, c, 0.0f, 0.0f, state, true);
  row_element<Optimizer>(c, Element{});
  ::Row row;
  solve_row<Optimizer>(c, 1, row);
}
template void step<Sgd>(const Coefficients&);
template void step<CumulativeSgd>(const Coefficients&);
template void step<Momentum>(const Coefficients&);
template void step<Adam>(const Coefficients&);
template void step<Adagrad>(const Coefficients&);

double row_sum() {
  return canonical_row_sum(1, [](std::int64_t) -> double { return 0.0; });
}
}  // namespace curb::rules
"""


def headers(include):
    return sorted(path.name for path in (include / "curb/rules").glob("*.hpp")
                  if path.name not in EXEMPT)


def compile_errors(compiler, include, instances=INSTANCES):
    """What the compiler says, or an empty string. -I order puts the stand-in first."""
    source = "".join(f"#include <curb/rules/{name}>\n" for name in headers(include)) + instances
    result = subprocess.run(
        [compiler, "-std=c++17", "-fsyntax-only", "-fno-diagnostics-color", "-w",
         "-I", STAND_IN, "-I", include, "-x", "c++", "-"],
        input=source, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return result.stdout if result.returncode else ""


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__.split("\n\n")[1])
    compiler, include = arguments[0], Path(arguments[1])
    names = headers(include)
    if not names:
        sys.exit(f"plain_arithmetic.py: {include}/curb/rules: no headers")
    output = compile_errors(compiler, include)
    errors = [line for line in output.splitlines() if re.search(r"\berror:", line)]
    if output:
        print("\n".join(errors) or output)
    print(f"{len(names)} headers of rules, {len(errors)} errors")
    return 1 if output else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
