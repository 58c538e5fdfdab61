#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Plants each violation that numerics.py knows in a small PTX file and sees it reported."""

import unittest

import numerics
import ptx

# A kernel and a function as nvcc writes them; %s is where a test plants an instruction.
PTX = """
.version 9.0
.target sm_90
.extern .func  (.param .b32 func_retval0) vprintf
(
	.param .b64 vprintf_param_0
)
;
	// .globl	update
.visible .entry _ZN4curb7kernels11update_rowsINS_5rules4AdamEEEvT_(
	.param .u64 update_param_0
)
.maxntid 512, 1, 1
{
	.reg .f32 	%%f<9>;
	ld.global.v4.f32 	{%%f1, %%f2, %%f3, %%f4}, [%%rd2];
	mul.rn.f32 	%%f5, %%f1, %%f2; // a * b + c
	fma.rn.f32 	%%f6, %%f5, %%f2, %%f1;
$L__BB0_1:
	@%%p1 bra 	$L__BB0_1;
	cvt.f64.f32 	%%fd1, %%f6;
	{ // a scope
	sqrt.rn.f64 	%%fd2, %%fd1;
	}
	%s
	cvt.rn.f32.f64 	%%f7, %%fd2;
	add.s64 	%%rd3, %%rd2, 16;
	st.global.f32 	[%%rd3], %%f7;
	ret;
}
"""
PLAIN = PTX % ""
KERNEL = "update_rows<Adam>"


class Parse(unittest.TestCase):
    def test_instructions_of_a_kernel(self):
        functions = ptx.parse(PLAIN)
        self.assertEqual([KERNEL], [function.name for function in functions])
        self.assertEqual(
            ["ld.global.v4.f32", "mul.rn.f32", "fma.rn.f32", "bra", "cvt.f64.f32", "sqrt.rn.f64",
             "cvt.rn.f32.f64", "add.s64", "st.global.f32", "ret"],
            [instruction.name for instruction in functions[0].instructions])
        self.assertEqual("mul.rn.f32", functions[0].instructions[1].name)
        self.assertIn("a * b + c", PLAIN.splitlines()[functions[0].instructions[1].line - 1])

    def test_every_function_is_found(self):
        again = PLAIN.replace("update_rows", "gather_rows").replace(".entry", ".func")
        self.assertEqual([KERNEL, "gather_rows<Adam>"],
                         [function.name for function in ptx.parse(PLAIN + again)])

    def test_short_names(self):
        for mangled, name in (
                ("_ZN4curb7kernels14gradient_decayEPfPKflff", "gradient_decay"),
                ("_ZN4curb7kernels13clamp_columnsILb1EEEvNS0_10TensorViewE", "clamp_columns<true>"),
                ("_ZN4curb7kernels13clamp_columnsILb0EEEvNS0_10TensorViewE",
                 "clamp_columns<false>"),
                ("_ZN4curb7kernels15update_elementsINS_5rules13CumulativeSgdEEEvT_",
                 "update_elements<CumulativeSgd>"),
                ("_ZN4curb7kernels11update_rowsINS_5rules4AdamELb1EEEvT_NS0_10StepTablesE",
                 "update_rows<Adam, true>"),
                ("not_mangled", "not_mangled")):
            self.assertEqual(name, ptx.short_name(mangled))


class Numerics(unittest.TestCase):
    def expect(self, own, default, *messages):
        problems, _ = numerics.check({"own.ptx": own}, {"default.ptx": default})
        self.assertEqual(len(messages), len(problems), problems)
        for message, problem in zip(messages, problems):
            self.assertIn(message, problem)

    def test_the_contract_kept(self):
        self.expect(PLAIN, PLAIN)

    def test_what_keeps_the_contract(self):
        for instruction in ("add.rn.f64 %fd3, %fd1, %fd2;", "@!%p2 sub.rn.f32 %f8, %f1, %f2;",
                            "div.rn.f32 %f8, %f1, %f2;", "rcp.rn.f64 %fd3, %fd1;",
                            "neg.f32 %f8, %f1;", "selp.f32 %f8, %f1, %f2, %p1;",
                            "setp.lt.f32 %p1, %f1, %f2;", "mul.wide.s32 %rd4, %r1, 4;",
                            "cvt.rn.f32.s32 %f8, %r1;", "shfl.sync.bfly.b32 %r1, %r2, 1, 31, -1;"):
            with self.subTest(instruction):
                text = PTX % instruction
                self.expect(text, text)

    def test_what_breaks_the_contract(self):
        for instruction, message in (
                ("mul.f32 %f8, %f1, %f2;", "mul.f32 does not name its rounding"),
                ("@%p1 add.f64 %fd3, %fd1, %fd2;", "add.f64 does not name its rounding"),
                ("sub.rz.f32 %f8, %f1, %f2;", "sub.rz.f32 does not name its rounding"),
                ("fma.rn.ftz.f32 %f8, %f1, %f2, %f3;", "fma.rn.ftz.f32 is .ftz"),
                ("setp.lt.ftz.f32 %p1, %f1, %f2;", "setp.lt.ftz.f32 is .ftz"),
                ("add.rn.sat.f32 %f8, %f1, %f2;", "add.rn.sat.f32 is .sat"),
                ("div.full.f32 %f8, %f1, %f2;", "div.full.f32 is .full"),
                ("div.approx.f32 %f8, %f1, %f2;", "div.approx.f32 is .approx"),
                ("sqrt.approx.f32 %f8, %f1;", "sqrt.approx.f32 is .approx"),
                ("ex2.approx.ftz.f32 %f8, %f1;", "ex2.approx.ftz.f32 is .approx"),
                ("rsqrt.approx.f64 %fd3, %fd1;", "rsqrt.approx.f64 is .approx"),
                ("mad.f32 %f8, %f1, %f2, %f3;", "mad.f32 is not known"),
                ("max.f32 %f8, %f1, %f2;", "max.f32 is not known"),
                ("atom.global.add.f32 %f8, [%rd1], %f1;", "atom.global.add.f32 is not known"),
                ("fma.rn.f16 %h1, %h2, %h3, %h4;", "fma.rn.f16 does not name its rounding as"),
                ("cvt.rz.f32.f64 %f8, %fd1;", "cvt.rz.f32.f64 converts without .rn"),
                ("cvt.rzi.s32.f32 %r1, %f1;", "cvt.rzi.s32.f32 converts without .rn"),
                ("call.uni (retval0), __internal_pow, (param0);", "call.uni calls a function")):
            with self.subTest(instruction):
                text = PTX % instruction
                self.expect(text, text, f"own.ptx:25: {KERNEL}: {message}",
                            f"default.ptx:25: {KERNEL}: {message}")

    def test_a_contraction_is_a_difference(self):
        contracted = PTX % "fma.rn.f32 %f8, %f1, %f2, %f3;"
        self.expect(PLAIN, contracted, f"{KERNEL}: 1 fma.rn.f32 with curb's flags, 2 with nvcc's")
        separate = PTX % "mul.rn.f32 %f8, %f1, %f2;"
        self.expect(separate, PLAIN, f"{KERNEL}: 2 mul.rn.f32 with curb's flags, 1 with nvcc's")

    def test_moving_values_about_is_no_difference(self):
        self.expect(PLAIN, PTX % "mov.f32 %f8, %f1;")

    def test_a_kernel_on_one_side_only(self):
        extra = PLAIN + PLAIN.replace("update_rows", "gather_rows")
        self.expect(extra, PLAIN, "gather_rows<Adam>: compiled only with curb's flags")
        self.expect(PLAIN, extra, "gather_rows<Adam>: compiled only with nvcc's flags")

    def test_no_kernel_at_all(self):
        self.expect("", "", "there is no kernel")

    def test_without_cuda_it_is_skipped(self):
        self.assertEqual(77, numerics.main([]))


if __name__ == "__main__":
    unittest.main()
