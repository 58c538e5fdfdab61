#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Plants rules with plain arithmetic in a temporary tree and sees plain_arithmetic.py report them.

usage: plain_arithmetic_test.py COMPILER
"""

import re
import sys
import tempfile
import unittest
from pathlib import Path

import plain_arithmetic

BEGINNING = """#pragma once
#include <curb/rules/numeric.hpp>
namespace curb::rules {
struct Pair { float first = 1.0f; double second = 0.0; };
"""
# One rule to a line.
RULE = ("template <class T> float rule_%d(const Pair& p, float a, float b, float* s, double d, int i)"
        " { %s }\n")


class PlainArithmetic(unittest.TestCase):
    compiler = "c++"

    def reported(self, statements):
        """Those of the statements in whose line there is an error."""
        with tempfile.TemporaryDirectory() as root:
            rules = Path(root, "curb/rules")
            rules.mkdir(parents=True)
            (rules / "rule.hpp").write_text(
                BEGINNING + "".join(RULE % numbered for numbered in enumerate(statements)) + "}\n",
                encoding="utf-8")
            output = plain_arithmetic.compile_errors(self.compiler, Path(root), instances="")
        lines = {int(line) for line in re.findall(r"rule\.hpp:(\d+):\d+: error:", output)}
        self.assertEqual(bool(lines), bool(output), output)  # no error elsewhere
        first = BEGINNING.count("\n") + 1
        return [statement for line, statement in enumerate(statements, first) if line in lines]

    def test_operators_are_errors(self):
        statements = ["return a * b + p.first;",
                      "return fma(a, b, a - b);",
                      "return a / 2.0f;",
                      "return 1.0f - a;",
                      "s[0] += a; return a;",
                      "s[0] = s[1] * a; return a;",
                      "double sum = d; sum = sum + static_cast<double>(a); return a;",
                      "return static_cast<float>(d * p.second);",
                      "return static_cast<float>(i * d);",
                      "a *= b; return a;",
                      "return a * static_cast<float>(i);"]
        self.assertEqual(statements, self.reported(statements))

    def test_functions_of_cmath_are_errors(self):
        statements = ["return powf(a, b);", "return std::pow(a, b);", "return std::fabs(a);",
                      "return std::fmax(a, 0.0f);", "return std::sqrt(a);"]
        self.assertEqual(statements, self.reported(statements))

    def test_what_rules_are_written_in_compiles(self):
        statements = ["return fma(a, b, mul(p.first, -a));",
                      "const float t = a > b ? b : 0.0f; return a == t ? -t : div(1.0f, t);",
                      "double sum = add(1.0, -d); sum = add(sum, static_cast<double>(a));"
                      "return static_cast<float>(sum);",
                      "s[2 * i + 1] = kInfinity; return is_finite(d) ? a : round_down(d);",
                      "constexpr double kAbove = 1.0 + 1e-13; const double e = a;"
                      "return static_cast<float>(mul(e, kAbove));",
                      "return static_cast<float>(int(a > 0.0f) - int(a < 0.0f) + i / 2);"]
        self.assertEqual([], self.reported(statements))

    def test_a_tree_without_headers_is_refused(self):
        with tempfile.TemporaryDirectory() as root, self.assertRaises(SystemExit):
            plain_arithmetic.main([self.compiler, root])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    PlainArithmetic.compiler = sys.argv.pop()
    unittest.main()
