#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Plants each excess that compiler_report.py knows in a report or in PTX and sees it reported."""

import unittest

import compiler_report
import ptx

ADAM = "_ZN4curb7kernels15update_elementsINS_5rules4AdamEEEvT_NS0_10StepTablesE"
PROLOGUE = "_ZN4curb7kernels14advance_groupsEPNS0_11GroupRecordEj"


def report(symbol, registers=64, stack=0, stores=0, loads=0):
    return f"""ptxas info    : 0 bytes gmem
ptxas info    : Compiling entry function '{symbol}' for 'sm_90'
ptxas info    : Function properties for {symbol}
    {stack} bytes stack frame, {stores} bytes spill stores, {loads} bytes spill loads
ptxas info    : Used {registers} registers, used 0 barriers
ptxas info    : Compile time = 358.729 ms
"""


def kernel(symbol, *instructions):
    body = "".join(f"\t{instruction}\n" for instruction in instructions)
    return f".visible .entry {symbol}(\n\t.param .u64 a\n)\n{{\n{body}\tret;\n}}\n"


LOAD = "ld.v4.f32 	{%f1, %f2, %f3, %f4}, [%rd1];"
STORE = "st.global.wb.v4.f32 [%rd1], {%f1, %f2, %f3, %f4};"


class Usage(unittest.TestCase):
    def problems(self, text):
        return [problem for kernel, usage in compiler_report.parse_report(text).items()
                for problem in compiler_report.usage_problems(kernel, usage)]

    def test_the_report_is_read(self):
        usages = compiler_report.parse_report(report(ADAM, 102) + report(PROLOGUE, 64, 8, 12, 16))
        self.assertEqual({"update_elements<Adam>": compiler_report.Usage(102, 0, 0),
                          "advance_groups": compiler_report.Usage(64, 8, 28)}, usages)

    def test_within_the_limits(self):
        limit = compiler_report.REGISTERS["update_elements"]
        self.assertEqual([], self.problems(report(ADAM, limit) + report(PROLOGUE)))

    def test_too_many_registers(self):
        limit = compiler_report.REGISTERS["update_elements"]
        self.assertEqual([f"update_elements<Adam>: {limit + 1} registers, more than {limit}"],
                         self.problems(report(ADAM, limit + 1)))

    def test_spills(self):
        for spill in ({"stores": 8}, {"loads": 8}):
            self.assertEqual(["update_elements<Adam>: 8 bytes of spills"],
                             self.problems(report(ADAM, **spill)))

    def test_a_stack_frame(self):
        self.assertEqual(["advance_groups: a stack frame of 40 bytes"],
                         self.problems(report(PROLOGUE, stack=40)))

    def test_a_kernel_without_a_limit(self):
        self.assertEqual(["gather_rows: REGISTERS has no limit for it"],
                         self.problems(report("_ZN4curb7kernels11gather_rowsEPf")))


class Accesses(unittest.TestCase):
    def problems(self, symbol, *instructions):
        return [problem for function in ptx.parse(kernel(symbol, *instructions))
                for problem in compiler_report.access_problems(function)]

    def test_enough_quads(self):
        self.assertEqual([], self.problems(ADAM, *[LOAD] * 16, *[STORE] * 12))

    def test_other_16_byte_accesses_count(self):
        self.assertEqual([], self.problems(
            ADAM, *["ld.global.nc.v2.b64 {%rd1, %rd2}, [%rd3];"] * 16,
            *["st.global.b128 [%rd3], %rq1;"] * 12))

    def test_too_few_quads(self):
        self.assertEqual(["update_elements<Adam>: 15 loads of 16 bytes, fewer than 16",
                          "update_elements<Adam>: 11 stores of 16 bytes, fewer than 12"],
                         self.problems(ADAM, *[LOAD] * 15, *[STORE] * 11))

    def test_narrow_accesses_do_not_count(self):
        self.assertEqual(["update_elements<Adam>: 0 loads of 16 bytes, fewer than 16",
                          "update_elements<Adam>: 0 stores of 16 bytes, fewer than 12"],
                         self.problems(ADAM, *["ld.f32 %f1, [%rd1];"] * 64,
                                       *["st.v2.f32 [%rd1], {%f1, %f2};"] * 24,
                                       *["ld.v4.u8 {%rs1, %rs2, %rs3, %rs4}, [%rd1];"] * 16))

    def test_an_unknown_optimizer(self):
        self.assertEqual(["update_elements<Adadelta>: STATES does not know Adadelta"],
                         self.problems(ADAM.replace("4Adam", "8Adadelta")))

    def test_a_kernel_that_moves_no_quads(self):
        self.assertEqual([], self.problems(PROLOGUE))


class Check(unittest.TestCase):
    def test_kernels_and_limits_are_the_same_set(self):
        functions = ptx.parse(kernel(PROLOGUE))
        problems = compiler_report.check(functions, {})
        self.assertIn("advance_groups: ptxas does not report it", problems)
        self.assertIn("update_rows: REGISTERS names it, but there is no such kernel", problems)

    def test_without_cuda_it_is_skipped(self):
        self.assertEqual(77, compiler_report.main([]))


if __name__ == "__main__":
    unittest.main()
